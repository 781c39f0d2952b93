import { giveBack } from "../give-back";

/** Where the sender's bytes come from. */
export interface Source {
  readonly size: number;
  /** Rejects when the file can no longer be read, or is no longer the one that was chosen. */
  read(offset: number, length: number): Promise<ArrayBuffer>;
  /** Takes back what was read, once nobody needs it any more. */
  release(block: ArrayBuffer): void;
}

/** Reads slices, so that a video of any size costs the page only the blocks under way. */
export function fileSource(file: Blob): Source {
  return {
    size: file.size,
    read: (offset, length) => file.slice(offset, offset + length).arrayBuffer(),
    release: giveBack,
  };
}
