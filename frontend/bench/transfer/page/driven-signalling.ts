import type { Signal, Signalling } from "../../../src/lib/signalling";

declare global {
  interface Window {
    /** Whoever drives the two pages carries signals between them; answers how many pages were reached. */
    carrySignal(signal: Signal): Promise<number>;
    hearSignal(signal: Signal): void;
  }
}

/** Signals that the driver carries, so that the two pages may be in browsers without a network in common. */
export function createDrivenSignalling(partner: string): Signalling {
  const listeners = new Set<(signal: Signal, from: string) => void>();
  window.hearSignal = (signal) => {
    // As with a socket: without a network nothing arrives.
    if (navigator.onLine) for (const listener of listeners) listener(signal, partner);
  };
  return {
    async send(signal) {
      if (!navigator.onLine) throw new Error("offline");
      return { delivered: await window.carrySignal(signal) };
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onConnectivity(listener) {
      const tell = () => listener(navigator.onLine);
      tell();
      window.addEventListener("online", tell);
      window.addEventListener("offline", tell);
      return () => {
        window.removeEventListener("online", tell);
        window.removeEventListener("offline", tell);
      };
    },
  };
}
