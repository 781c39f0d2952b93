/**
 * Sixty digits that two people compare: the same on both phones exactly if both see the same devices of
 * both. Thirty digits a person, from a hash over who they are and their devices' keys.
 */
import { concat, sha256 } from "./keys";

export interface PersonKeys {
  userId: string;
  publicKeys: readonly string[];
}

const GROUPS_EACH = 6;
const BYTES_PER_GROUP = 5;

/** Twelve groups of five digits. */
export async function safetyNumber(one: PersonKeys, other: PersonKeys): Promise<string[]> {
  const inOrder = one.userId < other.userId ? [one, other] : [other, one];
  return (await Promise.all(inOrder.map(digitsOf))).flat();
}

async function digitsOf({ userId, publicKeys }: PersonKeys): Promise<string[]> {
  const text = ["spotlight.cam safety number/1", userId, ...[...publicKeys].sort()].join("\n");
  const hash = await sha256(concat(new TextEncoder().encode(text)));
  return Array.from({ length: GROUPS_EACH }, (_, group) => {
    const bytes = hash.subarray(group * BYTES_PER_GROUP, (group + 1) * BYTES_PER_GROUP);
    const number = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
    return String(number % 100_000).padStart(5, "0");
  });
}
