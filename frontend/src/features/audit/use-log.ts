import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import type { Aggregate } from "../../lib/api/types";
import { keys } from "../../lib/query-keys";

export interface LogFilter {
  aggregate?: Aggregate;
  /** Only what comes after this position. */
  after?: number;
}

/** The log itself, oldest first. */
export function useLog(filter: LogFilter) {
  return useInfiniteQuery({
    queryKey: keys.log(filter),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/audit/events", {
          params: { query: { ...filter, limit: 25, cursor: pageParam } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });
}

/** One event exactly as it is stored. */
export function useLogEvent(position: number) {
  return useQuery({
    queryKey: keys.logEvent(position),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/audit/events", {
          params: { query: { after: position - 1, limit: 1 } },
          signal,
        }),
      ),
    select: ({ items }) => items.find((event) => event.position === position),
    staleTime: Infinity,
  });
}
