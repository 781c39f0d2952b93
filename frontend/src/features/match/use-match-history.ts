import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { keys } from "../../lib/query-keys";

/** What happened in a match, as the log has it. A match has few events: one page holds them. */
export function useMatchHistory(id: string) {
  return useQuery({
    queryKey: keys.matchHistory(id),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/matches/{id}/history", {
          params: { path: { id } },
          signal,
        }),
      ),
    select: ({ items }) => items,
  });
}
