import { useCallback } from "react";
import { useOutbox } from "./OutboxContext";

/** Puts a link into a match's chat; resolved once it is safe on this device and on its way. */
export function useShareLink(matchId: string): (url: string) => Promise<void> {
  const outbox = useOutbox();
  return useCallback(
    (url) => {
      outbox.post({ kind: "private", matchId }, url, "link");
      return Promise.resolve();
    },
    [outbox, matchId],
  );
}
