import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { keys } from "../../lib/query-keys";

export function useMatch(id: string) {
  return useQuery({
    queryKey: keys.match(id),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/matches/{id}", { params: { path: { id } }, signal })),
  });
}
