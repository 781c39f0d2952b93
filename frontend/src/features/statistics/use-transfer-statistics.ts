import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { keys } from "../../lib/query-keys";
import type { Days } from "./days";

/** How handing over went on some days; those shown before stay until the others are here. */
export function useTransferStatistics(days: Days) {
  return useQuery({
    queryKey: keys.transferStatistics(days),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/transfers/statistics", { params: { query: { ...days } }, signal })),
    placeholderData: keepPreviousData,
  });
}
