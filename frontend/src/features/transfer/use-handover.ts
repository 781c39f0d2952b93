import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { HandoverStore, type Partners } from "./handover-store";

/** Handovers outlive the page that shows them: coming back to a match finds its transfers as they are now. */
const open = new Map<string, HandoverStore>();

const keyOf = ({ matchId, me }: Pick<Partners, "matchId" | "me">) => `${matchId} ${me}`;

/** A handover of this match that has been opened since this page was loaded. */
export function openedHandover(of: Pick<Partners, "matchId" | "me">): HandoverStore | undefined {
  return open.get(keyOf(of));
}

export function useHandover(partners: Partners) {
  const [store] = useState(() => {
    const known = openedHandover(partners) ?? new HandoverStore(partners);
    open.set(keyOf(partners), known);
    return known;
  });

  useEffect(
    () => () => {
      // After React is through: in development it unmounts and mounts again at once.
      setTimeout(() => {
        if (store.inUse) return;
        store.close();
        for (const [key, value] of open) if (value === store) open.delete(key);
      });
    },
    [store],
  );

  const view = useSyncExternalStore(
    useCallback((listener: () => void) => store.subscribe(listener), [store]),
    () => store.view,
  );
  return { view, store };
}
