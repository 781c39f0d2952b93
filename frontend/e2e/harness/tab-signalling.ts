import type { Signal, Signalling } from "../../src/lib/signalling";

interface Posted {
  from: string;
  signal: Signal;
}

/** Signals between two tabs of one browser. A held lock stands for being online, as a socket does in life. */
export function createTabSignalling(me: string, partner: string): Signalling {
  const channel = new BroadcastChannel("signalling");
  const present = (who: string) => `present ${who}`;
  void navigator.locks.request(present(me), { mode: "shared" }, () => new Promise(() => undefined));

  return {
    async send(signal) {
      if (!navigator.onLine) throw new Error("offline");
      const { held = [] } = await navigator.locks.query();
      const delivered = held.filter(({ name }) => name === present(partner)).length;
      if (delivered > 0) channel.postMessage({ from: me, signal } satisfies Posted);
      return { delivered };
    },
    subscribe(listener) {
      const hear = ({ data }: MessageEvent<Posted>) => {
        if (data.from === partner) listener(data.signal, data.from);
      };
      channel.addEventListener("message", hear);
      return () => channel.removeEventListener("message", hear);
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
