import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { keys } from "../../lib/query-keys";

export function useRatingStats(userId: string) {
  return useQuery({
    queryKey: keys.ratingStats(userId),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/ratings/stats/{id}", { params: { path: { id: userId } }, signal })),
  });
}
