import { giveBack } from "../give-back";
import type { Digested } from "../transfer/hasher";
import type { Source } from "../transfer/source";
import { WorkerCalls } from "../worker-calls";
import type { ReadRequest } from "./read-worker";

/**
 * Reads slices, so that a video of any size costs the page only the blocks under way, and hashes them, both in
 * a worker: the page has the channel to fill.
 */
export function fileSource(file: Blob): Source {
  const worker = new Worker(new URL("./read-worker.ts", import.meta.url), { type: "module" });
  const calls = new WorkerCalls<ReadRequest, Digested>(worker);
  return {
    size: file.size,
    read: (offset, length) => calls.ask({ file, offset, length }),
    release: giveBack,
    close: () => calls.close(),
  };
}
