import { BlockAssembly } from "./block-assembly";
import { BLOCK_BYTES } from "./blocks";
import type { Frame } from "./frames";
import { ProtocolViolation } from "./violation";

/** Bytes the sender may have under way beyond what is kept here: on each of eight lanes a block. */
export const WINDOW_BYTES = 8 * BLOCK_BYTES;

/** What has come and is not kept yet: in memory, and never more than the window. */
export class Incoming {
  readonly #assembly: BlockAssembly;
  readonly #whole = new Map<number, ArrayBuffer>();
  #bytes = 0;

  constructor(size: number) {
    this.#assembly = new BlockAssembly(size);
  }

  /** Answers the block that this frame completes. */
  add(frame: Frame): number | undefined {
    this.#bytes += frame.payload.length;
    if (this.#bytes > WINDOW_BYTES) throw new ProtocolViolation("bytes beyond the window");
    const block = this.#assembly.add(frame);
    if (!block) return undefined;
    if (this.#whole.has(block.index)) throw new ProtocolViolation("a block sent twice");
    this.#whole.set(block.index, block.bytes);
    return block.index;
  }

  /** A whole block, to be proven; it counts as in memory until it is `released`. */
  take(index: number): ArrayBuffer | undefined {
    const bytes = this.#whole.get(index);
    this.#whole.delete(index);
    return bytes;
  }

  /** `block` is its memory, where that is here again. */
  release(bytes: number, block?: ArrayBuffer): void {
    this.#bytes -= bytes;
    if (block) this.#assembly.reuse(block);
  }

  /** Forgets what nobody has taken. */
  clear(): void {
    this.#bytes -= this.#assembly.clear();
    for (const bytes of this.#whole.values()) this.#bytes -= bytes.byteLength;
    this.#whole.clear();
  }
}
