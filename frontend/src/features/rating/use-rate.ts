import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { keys } from "../../lib/query-keys";

export interface NewRating {
  matchId: string;
  score: number;
  comment: string | null;
  wouldCollaborateAgain: boolean;
}

export function useRate() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewRating) => unwrap(api.POST("/api/ratings", { body })),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: keys.matches }),
        client.invalidateQueries({ queryKey: keys.ratings }),
      ]),
  });
}
