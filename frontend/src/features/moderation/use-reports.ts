import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import type { ReportStatus } from "../../lib/api/types";
import { keys } from "../../lib/query-keys";

/** Newest first. */
export function useReports(status: ReportStatus) {
  return useInfiniteQuery({
    queryKey: keys.reportList(status),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/reports", {
          params: { query: { status, limit: 25, cursor: pageParam } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });
}

export function useReport(id: string) {
  return useQuery({
    queryKey: keys.report(id),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/reports/{id}", { params: { path: { id } }, signal })),
  });
}

/** What the report is about, and what is known of the person. */
export function useReportContext(id: string) {
  return useQuery({
    queryKey: keys.reportContext(id),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/reports/{id}/context", { params: { path: { id } }, signal })),
  });
}
