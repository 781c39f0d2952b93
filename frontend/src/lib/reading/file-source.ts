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
  let calls: WorkerCalls<ReadRequest, Digested> | undefined;
  let closed = false;
  return {
    size: file.size,
    read(offset, length) {
      if (closed) return Promise.reject(new Error("the file was closed"));
      calls ??= new WorkerCalls(
        new Worker(new URL("./read-worker.ts", import.meta.url), { type: "module" }),
      );
      return calls.ask({ file, offset, length });
    },
    release: giveBack,
    close() {
      closed = true;
      calls?.close();
    },
  };
}
