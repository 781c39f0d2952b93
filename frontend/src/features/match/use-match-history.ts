import { useInfiniteQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { keys } from "../../lib/query-keys";

/** What happened in a match, as the log has it, oldest first. */
export function useMatchHistory(id: string) {
  return useInfiniteQuery({
    queryKey: keys.matchHistory(id),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/matches/{id}/history", {
          params: { path: { id }, query: { limit: 100, cursor: pageParam } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });
}
