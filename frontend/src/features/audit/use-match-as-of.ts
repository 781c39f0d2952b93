import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { keys } from "../../lib/query-keys";

/**
 * A match as of a place in the log, or as of now. While the one asked for is on its way, the one
 * before stays, so that dragging through a history does not flicker.
 */
export function useMatchAsOf(id: string, at?: number) {
  return useQuery({
    queryKey: keys.matchAsOf(id, at),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/audit/matches/{id}", { params: { path: { id }, query: { at } }, signal }),
      ),
    placeholderData: keepPreviousData,
    // The past stays as it was; names in it may change, which can wait for the next visit.
    staleTime: at === undefined ? 0 : Infinity,
  });
}
