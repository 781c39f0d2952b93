import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import type { DanceEvent } from "../../lib/api/types";
import { keys } from "../../lib/query-keys";

export function useLeaveEvent() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (event: DanceEvent) =>
      unwrap(api.DELETE("/api/events/{id}/join", { params: { path: { id: event.id } } })),
    onSuccess: async (_, event) => {
      client.removeQueries({ queryKey: keys.participants(event.id) });
      await client.invalidateQueries({ queryKey: keys.events });
    },
  });
}
