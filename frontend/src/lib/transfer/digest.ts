import { toHex } from "./blocks";

/** The browser's own SHA-256, which cannot be fed piece by piece: one more reason for blocks. */
export async function digest(block: ArrayBuffer): Promise<string> {
  return toHex(await crypto.subtle.digest("SHA-256", block));
}
