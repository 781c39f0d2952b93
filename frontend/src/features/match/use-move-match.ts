import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import type { MatchStatus } from "../../lib/api/types";
import { keys } from "../../lib/query-keys";

interface Move {
  matchId: string;
  status: Exclude<MatchStatus, "pending">;
}

/** Accepts, declines, cancels or completes a match; the server knows which moves are legal. */
export function useMoveMatch() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ matchId, status }: Move) =>
      unwrap(
        api.PATCH("/api/matches/{id}", { params: { path: { id: matchId } }, body: { status } }),
      ),
    onSuccess: (match) => client.setQueryData(keys.match(match.id), match),
    // An illegal move means that the partner was faster: look again, either way.
    onSettled: () => void client.invalidateQueries({ queryKey: keys.matches }),
  });
}
