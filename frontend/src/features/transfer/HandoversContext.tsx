import { createContext, use, useEffect, useState } from "react";
import type { ReactNode } from "react";
import type { HandoverStore, Partners } from "./handover-store";

type Of = Pick<Partners, "matchId" | "me">;

const keyOf = ({ matchId, me }: Of) => `${matchId} ${me}`;

/** Handovers outlive the page that shows them: coming back to a match finds its transfers as they are now. */
export class OpenHandovers {
  readonly #stores = new Map<string, HandoverStore>();

  find(of: Of): HandoverStore | undefined {
    return this.#stores.get(keyOf(of));
  }

  add(of: Of, store: HandoverStore): HandoverStore {
    this.#stores.set(keyOf(of), store);
    return store;
  }

  close(store: HandoverStore): void {
    store.close();
    for (const [key, value] of this.#stores) if (value === store) this.#stores.delete(key);
  }

  closeAll(): void {
    for (const store of [...this.#stores.values()]) this.close(store);
  }
}

const HandoversContext = createContext<OpenHandovers | undefined>(undefined);

/** Lives as long as the connection to the server: a handover stands on it, and is nothing without it. */
export function HandoversProvider({ children }: { children: ReactNode }) {
  const [handovers] = useState(() => new OpenHandovers());
  useEffect(() => () => handovers.closeAll(), [handovers]);
  return <HandoversContext value={handovers}>{children}</HandoversContext>;
}

export function useOpenHandovers(): OpenHandovers {
  const handovers = use(HandoversContext);
  if (!handovers) throw new Error("useOpenHandovers is used outside of HandoversProvider");
  return handovers;
}
