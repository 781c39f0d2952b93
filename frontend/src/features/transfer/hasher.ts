/**
 * Hashes of one transfer. Both calls take the buffer away and hand it back, so that it can travel to a
 * worker and return without being copied.
 */
export interface Hasher {
  /** SHA-256 of one block, as lowercase hex. */
  digest(block: ArrayBuffer): Promise<{ hash: string; block: ArrayBuffer }>;
  /** Adds the next block, in file order, to the hash of the whole. */
  append(block: ArrayBuffer): Promise<ArrayBuffer>;
  /** SHA-256 of everything appended. */
  whole(): Promise<string>;
  close(): void;
}
