/**
 * A file is proven block by block. 4 MiB is small enough to hold a few in memory on a phone and to ask
 * for again after damage, and large enough that a 4 GB video needs only a thousand hashes.
 */
export const BLOCK_BYTES = 4 * 1024 * 1024;

/**
 * What goes over one lane in order. Small enough that several lanes end at about the same time, whatever
 * each of them takes.
 */
export const STRIP_BYTES = 1024 * 1024;

/** First block and the one past the last: `[0, 3]` is blocks 0, 1 and 2. */
export type BlockRange = [first: number, past: number];

export function blockCount(size: number): number {
  return Math.ceil(size / BLOCK_BYTES);
}

export function blockLength(size: number, index: number): number {
  return Math.min(BLOCK_BYTES, size - index * BLOCK_BYTES);
}

export function blockOf(offset: number): number {
  return Math.floor(offset / BLOCK_BYTES);
}

export function toRanges(blocks: ReadonlySet<number>): BlockRange[] {
  const ranges: BlockRange[] = [];
  for (const index of [...blocks].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.[1] === index) last[1] = index + 1;
    else ranges.push([index, index + 1]);
  }
  return ranges;
}

/** Blocks in `ranges` that exist in a file of `count` blocks; what lies outside is not there to be had. */
export function fromRanges(ranges: readonly BlockRange[], count: number): Set<number> {
  const blocks = new Set<number>();
  for (const [first, past] of ranges) {
    for (let index = first; index < Math.min(past, count); index++) blocks.add(index);
  }
  return blocks;
}

/** SHA-256 over the block hashes in order: one value that stands for the whole list. */
export async function rootOf(blockHashes: readonly string[]): Promise<string> {
  const list = new Uint8Array(blockHashes.length * 32);
  blockHashes.forEach((hash, index) => list.set(fromHex(hash), index * 32));
  return toHex(await crypto.subtle.digest("SHA-256", list));
}

export function toHex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromHex(hex: string): number[] {
  return Array.from({ length: hex.length / 2 }, (_, i) =>
    Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16),
  );
}
