import { useInfiniteQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import type { MatchStatus } from "../../lib/api/types";
import { keys } from "../../lib/query-keys";

export interface MatchFilter {
  status?: MatchStatus;
  eventId?: string;
}

/** One's own matches, the one that changed last first. */
export function useMatches(filter: MatchFilter = {}) {
  return useInfiniteQuery({
    queryKey: keys.matchList(`${filter.status ?? "any"}:${filter.eventId ?? "any"}`),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/matches", {
          params: { query: { ...filter, limit: 100, cursor: pageParam } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });
}
