import { BLOCK_BYTES, blockLength, blockOf, STRIP_BYTES } from "./blocks";
import type { Frame } from "./frames";
import { ProtocolViolation } from "./violation";

/** Smaller payloads only end a strip: a partner may not drown this page in tiny frames. */
const SMALLEST_PAYLOAD = 8 * 1024;
/**
 * Blocks that may be begun at a time, since each costs its full size from its first frame on: one on each of
 * eight lanes, and one that is sent again.
 */
const MOST_OPEN = 9;

interface OpenBlock {
  bytes: Uint8Array<ArrayBuffer>;
  filled: number;
  /** How far each strip has come, in bytes from the block's beginning. */
  reached: number[];
}

/** Puts frames together to blocks. Within a strip frames come in order; strips and blocks may come in any. */
export class BlockAssembly {
  readonly #size: number;
  readonly #open = new Map<number, OpenBlock>();
  /** Memory of blocks that are kept, for those to come. */
  #spare: ArrayBuffer[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** The block, once this frame completes it. */
  add({ offset, payload }: Frame): { index: number; bytes: ArrayBuffer } | undefined {
    if (offset + payload.length > this.#size)
      throw new ProtocolViolation("a frame beyond the file's end");
    const index = blockOf(offset);
    const start = offset - index * BLOCK_BYTES;
    const block = this.#open.get(index) ?? this.#begin(index);
    const strip = Math.floor(start / STRIP_BYTES);
    if (start !== block.reached[strip]) throw new ProtocolViolation("a frame out of place");
    const end = start + payload.length;
    const stripEnd = Math.min((strip + 1) * STRIP_BYTES, block.bytes.length);
    if (end > stripEnd) throw new ProtocolViolation("a frame across two strips");
    if (end < stripEnd && payload.length < SMALLEST_PAYLOAD)
      throw new ProtocolViolation("a frame too small");

    block.bytes.set(payload, start);
    block.reached[strip] = end;
    block.filled += payload.length;
    if (block.filled < block.bytes.length) return undefined;
    this.#open.delete(index);
    return { index, bytes: block.bytes.buffer };
  }

  /**
   * Takes back the memory of a block. Left to the garbage collector, which learns late of memory that came
   * from another thread, a fast transfer would pile up hundreds of megabytes of it.
   */
  reuse(block: ArrayBuffer): void {
    if (block.byteLength === BLOCK_BYTES && this.#spare.length < MOST_OPEN) this.#spare.push(block);
  }

  /** Forgets what was begun; returns how many bytes that were. */
  clear(): number {
    const bytes = [...this.#open.values()].reduce((sum, block) => sum + block.filled, 0);
    this.#open.clear();
    this.#spare = [];
    return bytes;
  }

  #begin(index: number): OpenBlock {
    if (this.#open.size >= MOST_OPEN) throw new ProtocolViolation("too many blocks begun");
    const length = blockLength(this.#size, index);
    const strips = Math.ceil(length / STRIP_BYTES);
    // What was in it before is written over: a block is whole only once every byte of it has come.
    const spare = length === BLOCK_BYTES ? this.#spare.pop() : undefined;
    const block = {
      bytes: new Uint8Array(spare ?? new ArrayBuffer(length)),
      filled: 0,
      reached: Array.from({ length: strips }, (_, strip) => strip * STRIP_BYTES),
    };
    this.#open.set(index, block);
    return block;
  }
}
