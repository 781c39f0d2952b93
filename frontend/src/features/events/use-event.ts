import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { keys } from "../../lib/query-keys";

export function useEvent(idOrSlug: string) {
  return useQuery({
    queryKey: keys.event(idOrSlug),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/events/{id}", { params: { path: { id: idOrSlug } }, signal })),
  });
}
