import { useQueryClient } from "@tanstack/react-query";
import type { Middleware } from "openapi-fetch";
import { useEffect } from "react";
import { useToast } from "../../components/Toast";
import { api } from "../../lib/api/client";
import { keys } from "../../lib/query-keys";
import { usePush } from "../../lib/SocketContext";

/**
 * Pushes come straight from the log, lists from read models that follow it: a list read at once may
 * be a moment behind the push that asked for it.
 */
const READ_SIDE_LAG_MS = 1_500;

/** Keeps every view of matches true to what the socket tells, and says what the partner did. */
export function useMatchUpdates(meId: string): void {
  const client = useQueryClient();
  const toast = useToast();
  const refresh = () => {
    const again = () => {
      void client.invalidateQueries({ queryKey: keys.matches });
      void client.invalidateQueries({ queryKey: keys.ratings });
    };
    again();
    setTimeout(again, READ_SIDE_LAG_MS);
  };

  useEffect(() => {
    // A handover reports by itself, also after its page was left; what it reported changes the match.
    const reports: Middleware = {
      onResponse({ schemaPath, response }) {
        if (schemaPath === "/api/webrtc/transfers" && response.ok) {
          void client.invalidateQueries({ queryKey: keys.matches });
        }
      },
    };
    api.use(reports);
    return () => api.eject(reports);
  }, [client]);

  usePush("match_request_received", () => refresh());
  usePush("match_accepted", ({ matchId, partner }) => {
    // Both members hear of it; only the one who asked is told in words.
    const known = client.getQueryData<{ requester: { id: string } }>(keys.match(matchId));
    if (known?.requester.id === meId)
      toast(`${partner.username} agreed to film each other.`, "success");
    refresh();
  });
  usePush("match_declined", () => refresh());
  usePush("match_cancelled", () => refresh());
  usePush("match_completed", () => refresh());
  usePush("rating_revealed", () => refresh());
  usePush("video_handed_over", () => refresh());
  usePush("encryption_offered", () => refresh());
  usePush("encryption_agreed", () => refresh());
}
