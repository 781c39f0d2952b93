import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { Problem } from "../../lib/api/problem";
import { keys } from "../../lib/query-keys";

/** Asks somebody at an event to film each other. */
export function useAsk() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { targetUserId: string; eventId: string }) =>
      unwrap(api.POST("/api/matches", { body })),
    onSuccess: (match) => {
      client.setQueryData(keys.match(match.id), match);
      return client.invalidateQueries({ queryKey: keys.matches });
    },
    onError: (error) => {
      // They asked first, a moment ago: show it.
      if (error instanceof Problem && error.code === "match_exists") {
        void client.invalidateQueries({ queryKey: keys.matches });
      }
    },
  });
}
