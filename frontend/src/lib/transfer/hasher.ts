/** SHA-256 of blocks. */
export interface Hasher {
  /**
   * The hash as lowercase hex. Takes the buffer away and hands it back, so that it can travel to a worker
   * and return without being copied.
   */
  digest(block: ArrayBuffer): Promise<{ hash: string; block: ArrayBuffer }>;
  close(): void;
}
