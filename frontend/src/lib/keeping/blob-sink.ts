import { harmlessType, type OpenSink, type Sink } from "../transfer/sink";

/** What the files that this page keeps have in all, or will have once they are whole. */
let promised = 0;

export function bytesInMemory(): number {
  return promised;
}

/**
 * Keeps the file in this page, as one Blob per block: for browsers that give pages no disk. Chromium moves
 * Blobs to disk when they grow; others hold them in memory.
 */
export const openBlobSink: OpenSink = ({ size, mime }) => {
  const held = new Map<number, string>();
  const parts = new Map<number, Blob>();
  let promise = size;
  promised += promise;
  const sink: Sink = {
    held,
    durable: false,
    write(index, block, hash) {
      parts.set(index, new Blob([block]));
      held.set(index, hash);
      return Promise.resolve(undefined);
    },
    read(index) {
      const part = parts.get(index);
      return part?.arrayBuffer() ?? Promise.reject(new RangeError("not written yet"));
    },
    forget(index) {
      held.delete(index);
      parts.delete(index);
      return Promise.resolve();
    },
    finish() {
      const inOrder = [...parts].sort(([a], [b]) => a - b).map(([, part]) => part);
      return Promise.resolve(new Blob(inOrder, { type: harmlessType(mime) }));
    },
    close: () => sink.discard(),
    discard() {
      parts.clear();
      held.clear();
      promised -= promise;
      promise = 0;
      return Promise.resolve();
    },
  };
  return Promise.resolve(sink);
};
