import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { keys } from "../../lib/query-keys";

export interface EventFilter {
  query?: string;
  /** Calendar days; an event that touches the span is in it. */
  from?: string;
  to?: string;
  joined?: true;
}

/** Events in the order of their first day. */
export function useEvents(filter: EventFilter) {
  return useInfiniteQuery({
    queryKey: keys.eventList(filter),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/events", {
          params: { query: { ...filter, limit: 50, cursor: pageParam } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
    placeholderData: keepPreviousData,
  });
}
