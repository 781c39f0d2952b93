import type { Digested, Hasher } from "../transfer/hasher";
import { WorkerCalls } from "../worker-calls";

/** Hashes in a worker of its own, so that neither the page nor the channel waits for arithmetic. */
export function createWorkerHasher(): Hasher {
  const worker = new Worker(new URL("./hash-worker.ts", import.meta.url), { type: "module" });
  const calls = new WorkerCalls<ArrayBuffer, Digested>(worker);
  return {
    digest: (block) => calls.ask(block, [block]),
    close: () => calls.close(),
  };
}
