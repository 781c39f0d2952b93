import { BlockAssembly } from "./block-assembly";
import { BLOCK_BYTES, blockCount, rootOf, toRanges } from "./blocks";
import type { Offer, Reason, SenderMessage } from "./control";
import type { Frame } from "./frames";
import { type Keeping, KeptFile } from "./kept-file";
import type { Link } from "./link";
import { type End, isOver, type TransferState } from "./transfer-state";
import { ProtocolViolation } from "./violation";

type Completion = Extract<SenderMessage, { type: "complete" }>;

/** Bytes the sender may have under way beyond what is kept here: four blocks. */
export const WINDOW_BYTES = 4 * BLOCK_BYTES;
/** A block that is damaged this often in a row is not damaged by chance. */
const MOST_REPAIRS = 3;

/**
 * Receives one file. A block counts only when its bytes have the hash the sender named for it, and the
 * file only when all blocks, their root and the hash of the whole agree; a damaged block is asked for
 * again. Nothing the sender does can make it hold more than its window in memory.
 *
 * It outlives connections: when the same transfer is offered on a new link, it answers with what it holds.
 */
export class Receiver {
  readonly offer: Offer;
  readonly #keeping: Keeping;
  readonly #onState: (state: TransferState) => void;
  readonly #blocks: number;

  #state: TransferState = { phase: "offered", bytes: 0 };
  #link: Link;
  #linked = true;
  #accepting = false;
  #epoch = 0;
  #kept: KeptFile | undefined;

  readonly #assembly: BlockAssembly;
  /** Hash of each block as the sender names it. */
  readonly #hashes = new Map<number, string>();
  /** Whole blocks whose hash has not been named yet: the two lanes do not wait for each other. */
  readonly #unnamed = new Map<number, ArrayBuffer>();
  readonly #proving = new Set<number>();
  readonly #proofs = new Set<Promise<void>>();
  readonly #repairs = new Map<number, number>();
  /** Bytes in memory: received and not yet kept. */
  #held = 0;
  #late = 0;

  #completion: Completion | undefined;

  constructor(offer: Offer, link: Link, keeping: Keeping, onState: (state: TransferState) => void) {
    this.offer = offer;
    this.#link = link;
    this.#keeping = keeping;
    this.#onState = onState;
    this.#blocks = blockCount(offer.size);
    this.#assembly = new BlockAssembly(offer.size);
  }

  get state(): TransferState {
    return this.#state;
  }

  #isOver(): boolean {
    return isOver(this.#state);
  }

  async accept(): Promise<void> {
    if (this.#state.phase !== "offered" || this.#accepting) return;
    this.#accepting = true;
    let kept: KeptFile;
    try {
      kept = await KeptFile.open(this.offer, this.#keeping);
    } catch (cause) {
      this.#unkept(cause);
      return;
    }
    if (this.#isOver()) {
      kept.discard();
      return;
    }
    this.#kept = kept;
    if (this.#linked) this.#begin(kept);
    else this.#enter({ phase: "waiting", bytes: 0 });
  }

  decline(): void {
    if (this.#state.phase !== "offered") return;
    this.#tell({ type: "decline", file: this.offer.file });
    this.end({ by: "me", reason: "declined" });
  }

  cancel(reason: Reason = "cancelled"): void {
    if (this.#isOver()) return;
    this.#tell({ type: "stop", file: this.offer.file, reason });
    this.end({ by: "me", reason });
  }

  end(end: End): void {
    if (this.#isOver()) return;
    this.#enter({ phase: "ended", bytes: this.#state.bytes, end });
    this.#release();
  }

  /** The connection went away; what is proven stays. */
  detach(): void {
    this.#linked = false;
    this.#held -= this.#assembly.clear();
    for (const bytes of this.#unnamed.values()) this.#held -= bytes.byteLength;
    this.#unnamed.clear();
    if (this.#kept && !this.#isOver()) this.#enter({ phase: "waiting", bytes: this.#state.bytes });
  }

  /** The sender offers the same transfer on a new link. */
  offeredAgain(offer: Offer, link: Link): void {
    if (
      offer.size !== this.offer.size ||
      offer.name !== this.offer.name ||
      offer.file !== this.offer.file
    ) {
      throw new ProtocolViolation("another file under the same transfer");
    }
    this.#link = link;
    void this.#settled().then(() => {
      if (this.#link === link) this.#answerAgain();
    });
  }

  receive(message: SenderMessage): void {
    if (this.#isOver()) return;
    switch (message.type) {
      case "offer":
        throw new ProtocolViolation("the same file offered twice");
      case "withdraw":
        this.end({ by: "partner", reason: message.reason });
        break;
      case "block":
        this.#named(message.index, message.hash);
        break;
      case "complete":
        this.#completion = message;
        this.#finishWhenWhole();
        break;
    }
  }

  receiveFrame(frame: Frame): void {
    if (this.#isOver()) {
      // What was under way when it ended still arrives, and no more than that.
      this.#late += frame.payload.length;
      if (this.#late > WINDOW_BYTES)
        throw new ProtocolViolation("bytes of a transfer that has ended");
      return;
    }
    if (frame.epoch < this.#epoch) return;
    if (frame.epoch > this.#epoch || this.#state.phase !== "moving") {
      throw new ProtocolViolation("bytes that were not asked for");
    }
    this.#held += frame.payload.length;
    if (this.#held > WINDOW_BYTES) throw new ProtocolViolation("bytes beyond the window");
    const block = this.#assembly.add(frame);
    if (!block) return;
    if (
      this.#kept?.blocks.has(block.index) ||
      this.#proving.has(block.index) ||
      this.#unnamed.has(block.index)
    ) {
      throw new ProtocolViolation("a block sent twice");
    }
    this.#unnamed.set(block.index, block.bytes);
    this.#proveWhenNamed(block.index);
  }

  #answerAgain(): void {
    this.#linked = true;
    const { file } = this.offer;
    if (this.#state.phase === "done") this.#receipt(this.#state.sha256);
    else if (this.#state.phase === "ended") this.#tell({ type: "stop", file, reason: "cancelled" });
    else if (this.#kept) this.#begin(this.#kept);
  }

  /** What is being proven is soon either held or not, and only then can one say what is held. */
  async #settled(): Promise<void> {
    await Promise.allSettled(this.#proofs);
  }

  #begin(kept: KeptFile): void {
    this.#epoch += 1;
    this.#enter({ phase: "moving", bytes: this.#state.bytes });
    this.#tell({
      type: "accept",
      file: this.offer.file,
      epoch: this.#epoch,
      have: toRanges(kept.blocks),
      window: WINDOW_BYTES,
    });
    this.#finishWhenWhole();
  }

  #named(index: number, hash: string): void {
    if (index >= this.#blocks) throw new ProtocolViolation("a block beyond the file's end");
    this.#hashes.set(index, hash);
    this.#proveWhenNamed(index);
  }

  #proveWhenNamed(index: number): void {
    const bytes = this.#unnamed.get(index);
    const hash = this.#hashes.get(index);
    const kept = this.#kept;
    if (!bytes || hash === undefined || !kept) return;
    this.#unnamed.delete(index);
    this.#proving.add(index);
    this.#track(this.#prove(kept, index, bytes, hash));
  }

  async #prove(kept: KeptFile, index: number, bytes: ArrayBuffer, expected: string): Promise<void> {
    const length = bytes.byteLength;
    const { hash, block } = await kept.digest(bytes);
    if (this.#isOver()) return;
    if (hash !== expected) {
      this.#damaged(index, length);
      return;
    }
    await kept.keep(index, block);
    if (this.#isOver()) return;
    this.#proving.delete(index);
    this.#held -= length;
    const total = this.#state.bytes + length;
    this.#enter({ phase: this.#state.phase === "waiting" ? "waiting" : "moving", bytes: total });
    this.#tell({ type: "progress", file: this.offer.file, bytes: total });
    this.#finishWhenWhole();
  }

  #damaged(index: number, length: number): void {
    this.#proving.delete(index);
    this.#held -= length;
    const repairs = (this.#repairs.get(index) ?? 0) + 1;
    this.#repairs.set(index, repairs);
    if (repairs > MOST_REPAIRS) {
      this.cancel("damaged");
      return;
    }
    this.#tell({ type: "again", file: this.offer.file, block: index });
  }

  #finishWhenWhole(): void {
    const kept = this.#kept;
    if (!this.#completion || !kept || this.#state.phase !== "moving") return;
    if (this.#state.bytes < this.offer.size) return;
    this.#enter({ phase: "proving", bytes: this.#state.bytes });
    this.#track(this.#finish(kept, this.#completion));
  }

  async #finish(kept: KeptFile, { root, sha256 }: Completion): Promise<void> {
    const hashes = Array.from(
      { length: this.#blocks },
      (_, index) => this.#hashes.get(index) ?? "",
    );
    const whole = await kept.sha256();
    if ((await rootOf(hashes)) !== root || whole !== sha256) {
      this.cancel("damaged");
      return;
    }
    const file = await kept.finish();
    if (this.#isOver()) return;
    this.#enter({ phase: "done", bytes: this.offer.size, sha256, file });
    this.#receipt(sha256);
  }

  #track(work: Promise<void>): void {
    const proof = work.catch((cause: unknown) => this.#unkept(cause));
    this.#proofs.add(proof);
    void proof.then(() => this.#proofs.delete(proof));
  }

  #receipt(sha256: string): void {
    this.#tell({ type: "verified", file: this.offer.file, sha256 });
  }

  #unkept(cause: unknown): void {
    // Ending takes what it is kept with away from whatever still uses it.
    if (this.#isOver()) return;
    console.error("the file could not be kept", cause);
    this.cancel("storage");
  }

  #tell(message: Parameters<Link["tell"]>[0]): void {
    if (this.#linked) this.#link.tell(message);
  }

  #release(): void {
    this.#assembly.clear();
    this.#unnamed.clear();
    this.#kept?.discard();
  }

  #enter(state: TransferState): void {
    this.#state = state;
    this.#onState(state);
  }
}
