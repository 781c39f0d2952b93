import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { keys } from "../../lib/query-keys";

export interface NewRating {
  matchId: string;
  score: number;
  comment: string | null;
  wouldCollaborateAgain: boolean;
}

/** `onRated` is called even when the form is gone by then: the match, read again, may have replaced it. */
export function useRate(onRated: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewRating) => unwrap(api.POST("/api/ratings", { body })),
    onSuccess: onRated,
    onSettled: () => {
      void client.invalidateQueries({ queryKey: keys.matches });
      void client.invalidateQueries({ queryKey: keys.ratings });
    },
  });
}
