import { useInfiniteQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { keys } from "../../lib/query-keys";

/** Ratings somebody received and that are open by now, newest first. */
export function useRatings(userId: string) {
  return useInfiniteQuery({
    queryKey: keys.ratingsOf(userId),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/ratings/user/{id}", {
          params: { path: { id: userId }, query: { limit: 20, cursor: pageParam } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });
}
