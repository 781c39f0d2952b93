export interface Digested {
  /** SHA-256, as lowercase hex. */
  hash: string;
  block: ArrayBuffer;
}

/** SHA-256 of blocks. */
export interface Hasher {
  /**
   * Takes the buffer away and hands it back, so that it can travel to a worker and return without being
   * copied.
   */
  digest(block: ArrayBuffer): Promise<Digested>;
  close(): void;
}
