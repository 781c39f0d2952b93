import type { Digested } from "./hasher";

/** Where the sender's bytes come from, each part with its hash. */
export interface Source {
  readonly size: number;
  /** Rejects when the file can no longer be read, or is no longer the one that was chosen. */
  read(offset: number, length: number): Promise<Digested>;
  /** Takes back what was read, once nobody needs it any more. */
  release(block: ArrayBuffer): void;
  /** Nothing more is read; whoever waits for something is told so. */
  close(): void;
}
