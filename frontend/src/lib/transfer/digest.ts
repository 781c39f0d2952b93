import { toHex } from "./blocks";
import type { Digested } from "./hasher";

/** The browser's own SHA-256, which cannot be fed piece by piece: one more reason for blocks. */
export async function digest(block: ArrayBuffer): Promise<Digested> {
  return { hash: toHex(await crypto.subtle.digest("SHA-256", block)), block };
}
