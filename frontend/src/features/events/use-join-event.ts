import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import type { DanceEvent } from "../../lib/api/types";
import { keys } from "../../lib/query-keys";

/** Joining twice is the same as joining once, so a repeated press does no harm. */
export function useJoinEvent() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (event: DanceEvent) =>
      unwrap(api.POST("/api/events/{id}/join", { params: { path: { id: event.id } } })),
    onSuccess: (event) => {
      client.setQueryData(keys.event(event.slug), event);
      void client.invalidateQueries({ queryKey: keys.events });
      void client.invalidateQueries({ queryKey: keys.participants(event.id) });
    },
  });
}
