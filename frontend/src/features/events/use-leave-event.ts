import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import type { DanceEvent } from "../../lib/api/types";
import { keys } from "../../lib/query-keys";

export function useLeaveEvent() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (event: DanceEvent) =>
      unwrap(api.DELETE("/api/events/{id}/join", { params: { path: { id: event.id } } })),
    // Not awaited: read again, the event closes the room, and with it whoever asked to leave.
    onSuccess: (_, event) => {
      client.removeQueries({ queryKey: keys.participants(event.id) });
      void client.invalidateQueries({ queryKey: keys.events });
    },
  });
}
