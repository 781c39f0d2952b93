import { blockCount, rootOf, toRanges } from "./blocks";
import type { Offer, Reason, SenderMessage } from "./control";
import type { Frame } from "./frames";
import type { Digested } from "./hasher";
import { Incoming, WINDOW_BYTES } from "./incoming";
import { type Keeping, KeptFile } from "./kept-file";
import type { Link } from "./link";
import { Pending } from "./pending";
import { Shelf } from "./shelf";
import { type End, endTold, isOver, type TransferState, type Trouble } from "./transfer-state";
import { ProtocolViolation } from "./violation";

type Completion = Extract<SenderMessage, { type: "complete" }>;

/** A block that is damaged this often in a row is not damaged by chance. */
const MOST_REPAIRS = 3;

/**
 * Receives one file. A block counts only when its bytes have the hash the sender named for it, and the
 * file only when the hashes of all blocks agree with what stands for the whole; a damaged block is asked for
 * again. Nothing the sender does can make it hold more than its window in memory.
 *
 * It outlives connections and, where what it keeps is durable, the page: when the same transfer is offered on
 * a new link, it answers with what it holds.
 */
export class Receiver {
  readonly #onState: (state: TransferState) => void;
  readonly #blocks: number;
  #offer: Offer;

  #state: TransferState = { phase: "offered", bytes: 0 };
  #link: Link | undefined;
  #accepted = false;
  #paused = { byMe: false, byPartner: false };
  /** The person is to do something about it before it goes on. */
  #trouble: Trouble | undefined;
  #epoch = 0;
  readonly #shelf: Shelf;
  #closed = false;

  /** Blocks may be whole before their hash is named: the two lanes do not wait for each other. */
  readonly #incoming: Incoming;
  /** Hash of each block as the sender names it. */
  readonly #hashes = new Map<number, string>();
  readonly #proving = new Set<number>();
  /** What is being proven is soon either held or not, and only then can one say what is held. */
  readonly #proofs = new Pending();
  readonly #repairs = new Map<number, number>();
  #late = 0;

  #completion: Completion | undefined;

  constructor(offer: Offer, keeping: Keeping, onState: (state: TransferState) => void) {
    this.#offer = offer;
    this.#shelf = new Shelf(() => KeptFile.open(offer, keeping));
    this.#onState = onState;
    this.#blocks = blockCount(offer.size);
    this.#incoming = new Incoming(offer.size);
  }

  get offer(): Offer {
    return this.#offer;
  }

  get state(): TransferState {
    return this.#state;
  }

  #isOver(): boolean {
    return isOver(this.#state);
  }

  /** What an earlier page accepted and kept; with its root when that was all of it. */
  async restore(root?: string): Promise<void> {
    this.#accepted = true;
    const kept = await this.#shelf.open();
    const bytes = kept.bytesHeld(this.#offer.size);
    if (root === undefined || bytes < this.#offer.size) this.#enter({ phase: "waiting", bytes });
    else await this.#done(kept, root);
  }

  async accept(): Promise<void> {
    if (this.#state.phase !== "offered" || this.#accepted) return;
    this.#accepted = true;
    await this.#begin();
  }

  decline(): void {
    if (this.#state.phase !== "offered") return;
    this.#tell({ type: "decline", file: this.#offer.file });
    this.end({ by: "me", reason: "declined" });
  }

  pause(): void {
    if (this.#state.phase !== "moving") return;
    this.#paused.byMe = true;
    this.#tell({ type: "wait", file: this.#offer.file });
    this.#halt();
  }

  resume(): void {
    if (!this.#paused.byMe) return;
    this.#paused.byMe = false;
    this.#trouble = undefined;
    if (!this.#shelf.file) this.#enter(this.#standing());
    // While the sender pauses, it is the sender's next offer that is answered.
    if (this.#link && !this.#paused.byPartner) void this.#begin();
    else this.#enter(this.#standing());
  }

  cancel(reason: Reason = "cancelled"): void {
    if (this.#isOver()) return;
    this.#tell({ type: "stop", file: this.#offer.file, reason });
    this.end({ by: "me", reason });
  }

  end(end: End): void {
    if (this.#isOver()) return;
    this.#enter({ phase: "ended", bytes: this.#state.bytes, end });
    this.discard();
  }

  /** Gives the space back, also of a file that is whole. */
  discard(): void {
    this.#incoming.clear();
    if (this.#state.phase === "done") delete this.#state.kept;
    this.#shelf.discard();
  }

  /** This page is done with it; what is kept waits for the next one. */
  close(): void {
    this.#closed = true;
    this.#shelf.close();
  }

  /** The connection went away; what is proven stays. */
  detach(): void {
    this.#link = undefined;
    this.#paused.byPartner = false;
    this.#incoming.clear();
    if (this.#accepted && !this.#isOver()) this.#enter(this.#standing());
  }

  /** The sender offers it, for the first time or again on a new link or after a pause. */
  offered(offer: Offer, link: Link): void {
    if (offer.size !== this.#offer.size || offer.name !== this.#offer.name)
      throw new ProtocolViolation("another file under the same transfer");
    this.#offer = { ...this.#offer, file: offer.file };
    this.#link = link;
    this.#paused.byPartner = offer.paused ?? false;
    void this.#proofs.settled().then(() => {
      if (this.#link === link) this.#answer();
    });
  }

  receive(message: SenderMessage): void {
    if (this.#isOver()) return;
    switch (message.type) {
      case "offer":
        throw new ProtocolViolation("an offer out of place");
      case "withdraw":
        this.end({ by: "partner", reason: message.reason });
        break;
      case "pause":
        this.#askedToWait();
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
    const index = this.#incoming.add(frame);
    if (index === undefined) return;
    if (this.#shelf.file?.held.has(index) || this.#proving.has(index))
      throw new ProtocolViolation("a block sent twice");
    this.#proveWhenNamed(index);
  }

  /** Part of what was under way will not come: what is lacking is asked for anew. */
  laneLost(): void {
    if (this.#state.phase !== "moving") return;
    // What still comes is dropped, so that soon nothing is being proven and one can say what is held.
    this.#epoch += 1;
    this.#incoming.clear();
    void this.#begin();
  }

  #answer(): void {
    const { file } = this.#offer;
    if (this.#state.phase === "done") {
      this.#tell({ type: "verified", file, root: this.#state.root });
    } else if (this.#state.phase === "ended") {
      this.#tell({ file, ...endTold(this.#state.end) });
    } else if (this.#paused.byMe) {
      this.#tell({ type: "wait", file });
    } else if (this.#accepted) {
      if (this.#paused.byPartner) this.#enter(this.#standing());
      else void this.#begin();
    }
  }

  /** Asks for what is lacking. */
  async #begin(): Promise<void> {
    let kept: KeptFile;
    try {
      kept = await this.#shelf.open();
    } catch (cause) {
      this.#unkept(undefined, cause);
      return;
    }
    await this.#proofs.settled();
    this.#proving.clear();
    if (this.#isOver()) return;
    const bytes = kept.bytesHeld(this.#offer.size);
    if (!this.#link || this.#paused.byMe || this.#paused.byPartner) {
      this.#enter({ ...this.#standing(), bytes });
      return;
    }
    this.#incoming.clear();
    this.#completion = undefined;
    this.#epoch += 1;
    this.#enter({ phase: "moving", bytes });
    this.#tell({
      type: "accept",
      file: this.#offer.file,
      epoch: this.#epoch,
      have: toRanges(new Set(kept.held.keys())),
      window: WINDOW_BYTES,
    });
  }

  #askedToWait(): void {
    this.#paused.byPartner = true;
    if (this.#accepted) this.#halt();
  }

  /** Whatever still comes of what was asked for is dropped, and asked for again later. */
  #halt(): void {
    this.#epoch += 1;
    this.#incoming.clear();
    this.#enter(this.#standing());
  }

  /** Where it stands while nothing moves. */
  #standing(): TransferState {
    const { bytes } = this.#state;
    if (this.#paused.byMe) return { phase: "paused", by: "me", bytes, trouble: this.#trouble };
    if (this.#paused.byPartner) return { phase: "paused", by: "partner", bytes };
    return { phase: "waiting", bytes };
  }

  #named(index: number, hash: string): void {
    if (index >= this.#blocks) throw new ProtocolViolation("a block beyond the file's end");
    const held = this.#shelf.file?.held.get(index);
    if (held !== undefined && held !== hash) {
      this.cancel("another-file");
      return;
    }
    this.#hashes.set(index, hash);
    this.#proveWhenNamed(index);
  }

  #proveWhenNamed(index: number): void {
    const hash = this.#hashes.get(index);
    const kept = this.#shelf.file;
    if (hash === undefined || !kept) return;
    const bytes = this.#incoming.take(index);
    if (!bytes) return;
    this.#proving.add(index);
    this.#track(kept, this.#prove(kept, index, bytes, hash));
  }

  async #prove(kept: KeptFile, index: number, bytes: ArrayBuffer, expected: string): Promise<void> {
    const length = bytes.byteLength;
    let proven: Digested;
    let spare: ArrayBuffer | undefined;
    try {
      proven = await kept.digest(bytes);
      if (this.#isOver()) return;
      const { hash, block } = proven;
      if (hash === expected) spare = await kept.keep(index, block, hash);
    } catch (cause) {
      this.#proving.delete(index);
      this.#incoming.release(length);
      this.#unkept(kept, cause);
      return;
    }
    if (this.#isOver()) return;
    if (proven.hash !== expected) {
      this.#damaged(index, proven.block);
      return;
    }
    this.#proving.delete(index);
    this.#incoming.release(length, spare);
    const total = this.#state.bytes + length;
    this.#enter({ ...this.#state, bytes: total });
    this.#tell({ type: "progress", file: this.#offer.file, bytes: total });
    this.#finishWhenWhole();
  }

  #damaged(index: number, block: ArrayBuffer): void {
    this.#proving.delete(index);
    this.#incoming.release(block.byteLength, block);
    const repairs = (this.#repairs.get(index) ?? 0) + 1;
    this.#repairs.set(index, repairs);
    if (repairs > MOST_REPAIRS) {
      this.cancel("damaged");
      return;
    }
    this.#tell({ type: "again", file: this.#offer.file, block: index });
  }

  #finishWhenWhole(): void {
    const kept = this.#shelf.file;
    if (!this.#completion || !kept || this.#state.phase !== "moving") return;
    if (this.#state.bytes < this.#offer.size) return;
    this.#enter({ phase: "proving", bytes: this.#state.bytes });
    this.#track(kept, this.#finish(kept, this.#completion));
  }

  async #finish(kept: KeptFile, { root }: Completion): Promise<void> {
    const damaged = await kept.damaged();
    if (this.#isOver()) return;
    if (damaged.length > 0) {
      this.#enter({ phase: "moving", bytes: kept.bytesHeld(this.#offer.size) });
      for (const index of damaged) {
        this.#tell({ type: "again", file: this.#offer.file, block: index });
      }
      return;
    }
    const hashes = Array.from({ length: this.#blocks }, (_, index) => kept.held.get(index) ?? "");
    if ((await rootOf(hashes)) !== root) {
      this.cancel("damaged");
      return;
    }
    await this.#done(kept, root);
  }

  async #done(kept: KeptFile, root: string): Promise<void> {
    const { durable } = kept;
    this.#incoming.clear();
    const file = await kept.finish();
    if (this.#isOver()) return;
    this.#enter({ phase: "done", bytes: this.#offer.size, root, kept: { file, durable } });
    this.#tell({ type: "verified", file: this.#offer.file, root });
  }

  #track(kept: KeptFile, work: Promise<void>): void {
    this.#proofs.add(work.catch((cause: unknown) => this.#unkept(kept, cause)));
  }

  /** What is held stays, where that is durable, and the rest is asked for again when it goes on. */
  #unkept(kept: KeptFile | undefined, cause: unknown): void {
    // Each of these takes what it is kept with away from whatever still uses it.
    if (this.#isOver() || this.#closed || kept !== this.#shelf.file || this.#trouble) return;
    console.error("the file could not be kept", cause);
    const full = isFull(cause);
    if (!full && !this.#shelf.durable) {
      this.cancel("storage");
      return;
    }
    this.#trouble = full ? "no-room" : "not-written";
    if (!full) this.#shelf.close();
    this.#paused.byMe = true;
    this.#tell({ type: "wait", file: this.#offer.file });
    this.#halt();
  }

  #tell(message: Parameters<Link["tell"]>[0]): void {
    this.#link?.tell(message);
  }

  #enter(state: TransferState): void {
    this.#state = state;
    this.#onState(state);
  }
}

/** By its name alone: a DOMException need not be an Error in every browser. */
function isFull(cause: unknown): boolean {
  return cause instanceof Object && "name" in cause && cause.name === "QuotaExceededError";
}
