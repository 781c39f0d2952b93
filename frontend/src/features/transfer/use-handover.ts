import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { HandoverStore, type Partners } from "./handover-store";
import { useOpenHandovers } from "./HandoversContext";

export function useHandover(partners: Partners) {
  const open = useOpenHandovers();
  const [store] = useState(
    () => open.find(partners) ?? open.add(partners, new HandoverStore(partners)),
  );

  useEffect(
    () => () => {
      // After React is through: in development it unmounts and mounts again at once.
      setTimeout(() => {
        if (!store.inUse) open.close(store);
      });
    },
    [open, store],
  );

  const view = useSyncExternalStore(
    useCallback((listener: () => void) => store.subscribe(listener), [store]),
    () => store.view,
  );
  return { view, store };
}
