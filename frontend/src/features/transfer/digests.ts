import { createSHA256 } from "hash-wasm";

import { toHex } from "./blocks";
import type { Hasher } from "./hasher";

/**
 * The hashing itself. The browser's own SHA-256 is several times faster but cannot be fed piece by piece,
 * so it does the blocks, and a WebAssembly one follows along for the whole file.
 */
export async function createDigests(): Promise<Hasher> {
  const running = await createSHA256();
  running.init();
  return {
    async digest(block) {
      return { hash: toHex(await crypto.subtle.digest("SHA-256", block)), block };
    },
    append(block) {
      running.update(new Uint8Array(block));
      return Promise.resolve(block);
    },
    whole: () => Promise.resolve(running.digest("hex")),
    close() {
      // Nothing is held beyond memory.
    },
  };
}
