import { BLOCK_BYTES, STRIP_BYTES } from "./blocks";
import type { HashedBlock } from "./block-reader";

/** What goes over one lane at a time. */
export interface Strip {
  /** From the beginning of the file. */
  offset: number;
  bytes: Uint8Array<ArrayBuffer>;
  /** To be called once nothing of it is needed any more. */
  release: () => void;
}

/** `released` is called once every strip of the block was released. */
export function* stripsOf({ index, bytes }: HashedBlock, released: () => void): Generator<Strip> {
  const size = bytes.byteLength;
  let left = Math.ceil(size / STRIP_BYTES);
  const release = () => {
    left -= 1;
    if (left === 0) released();
  };
  for (let start = 0; start < size; start += STRIP_BYTES) {
    const strip = new Uint8Array(bytes, start, Math.min(STRIP_BYTES, size - start));
    yield { offset: index * BLOCK_BYTES + start, bytes: strip, release };
  }
}
