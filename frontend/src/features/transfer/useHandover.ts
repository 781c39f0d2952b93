import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { Signalling } from "../../lib/signalling";
import { HandoverStore } from "./handoverStore";

/** Handovers outlive the page that shows them: coming back to a match finds its transfers as they are now. */
const open = new Map<string, HandoverStore>();

export function useHandover(matchId: string, me: string, partner: string, signalling: Signalling) {
  const store = useMemo(() => {
    const key = `${matchId} ${me}`;
    const known = open.get(key) ?? new HandoverStore({ matchId, me, partner, signalling });
    open.set(key, known);
    return known;
  }, [matchId, me, partner, signalling]);

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

  const view = useSyncExternalStore(store.subscribe, () => store.view);
  return { view, store };
}
