import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { keys } from "../../lib/query-keys";

/** A public profile, by id or username. */
export function usePerson(id: string) {
  return useQuery({
    queryKey: keys.person(id),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/users/{id}", { params: { path: { id } }, signal })),
  });
}
