import { useInfiniteQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { keys } from "../../lib/query-keys";

/** Everyone who joined an event, with what they tell about themselves. */
export function useParticipants(eventId: string, enabled: boolean) {
  return useInfiniteQuery({
    queryKey: keys.participants(eventId),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/events/{id}/participants", {
          params: { path: { id: eventId }, query: { limit: 100, cursor: pageParam } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
    enabled,
  });
}
