import type { ByteLane } from "./byte-lane";
import { BLOCK_BYTES, blockCount, blockLength, fromRanges } from "./blocks";
import { type BlockReader, type HashedBlock, SourceChanged } from "./block-reader";
import type { Offer, Reason, ReceiverMessage } from "./control";
import { encodeFrame, LARGEST_MESSAGE } from "./frames";
import type { Link } from "./link";
import { type Strip, stripsOf } from "./strips";
import { Width } from "./width";
import { type End, isOver, type TransferState } from "./transfer-state";
import { ProtocolViolation } from "./violation";

type Acceptance = Extract<ReceiverMessage, { type: "accept" }>;

/** One acceptance being answered. Only the latest is live: bytes of an earlier one are no longer sent. */
interface Stream {
  link: Link;
  epoch: number;
  window: number;
  sent: number;
}

/** Less than this is there before further lanes are. */
const WORTH_WIDENING = 4 * BLOCK_BYTES;

/** More requests for single blocks than this per block of the file, and the partner is playing with us. */
const AGAIN_PER_BLOCK = 3;

/**
 * Sends one file. It offers, streams what the receiver lacks within the receiver's window, sends a block
 * again when asked to, and is done only when the receiver has named what stands for the whole.
 *
 * It outlives connections: `attach` offers the file on a new link, and the receiver's answer says what
 * it already holds. It outlives the page as well, save for the file itself, which `give` brings back.
 */
export class Sender {
  readonly offer: Offer;
  readonly #onState: (state: TransferState) => void;
  #reader: BlockReader | undefined;

  #state: TransferState;
  #link: Link | undefined;
  /** Whether the receiver knows on this link which file is meant. */
  #offered = false;
  /** Whether they may know of it at all, from whatever connection or page. */
  #known: boolean;
  /** The receiver may wait for it still: it was given up while it was not on offer. */
  #untold: Reason | undefined;
  /** It has to be offered anew, and what is said until then is of the offer before. */
  #recalled = false;
  #stream: Stream | undefined;
  #width: Width | undefined;
  #paused = { byMe: false, byPartner: false };
  /** Bytes sent that the receiver has neither confirmed nor asked for again. */
  #inFlight = 0;
  #awaitingCredit: (() => void)[] = [];
  readonly #scratch = new ArrayBuffer(LARGEST_MESSAGE);
  #repairs = Promise.resolve();
  #repairsAsked = 0;
  /** What stands for the whole, once the receiver was told. */
  #root: string | undefined;

  /** Without a reader it is one of an earlier page, whose file has to be chosen again. */
  constructor(offer: Offer, onState: (state: TransferState) => void, reader?: BlockReader) {
    this.offer = offer;
    this.#reader = reader;
    this.#known = reader === undefined;
    this.#onState = onState;
    this.#state = { phase: reader ? "waiting" : "missing", bytes: 0 };
  }

  get state(): TransferState {
    return this.#state;
  }

  /** The file, chosen again. */
  give(reader: BlockReader): void {
    if (this.#state.phase !== "missing") {
      reader.close();
      return;
    }
    this.#reader = reader;
    this.#enter({ phase: "waiting", bytes: this.#state.bytes });
  }

  /** Its turn: the receiver has not too much to answer already. */
  offerNow(): void {
    if (!this.#link || this.#offered) return;
    if (this.#untold) this.#withdraw(this.#link, this.#untold);
    else if (this.#state.phase === "waiting") this.#offer(this.#link);
  }

  attach(link: Link): void {
    this.detach();
    this.#link = link;
    if (isOver(this.#state)) return;
    this.#width = new Width(link);
    if (this.#reader && this.#paused.byMe) this.#offer(link);
  }

  /** The connection went away. */
  detach(): void {
    this.#halt();
    this.#link = undefined;
    this.#offered = this.#recalled = false;
    this.#paused.byPartner = false;
    if (isOver(this.#state) || this.#state.phase === "missing" || this.#paused.byMe) return;
    this.#enter({ phase: "waiting", bytes: this.#state.bytes });
  }

  pause(): void {
    if (this.#state.phase !== "moving") return;
    this.#paused.byMe = true;
    this.#halt();
    this.#link?.tell({ type: "pause", file: this.offer.file });
    this.#enter({ phase: "paused", by: "me", bytes: this.#state.bytes });
  }

  resume(): void {
    if (!this.#paused.byMe) return;
    this.#paused.byMe = false;
    if (this.#link) this.#offer(this.#link);
    else this.#enter({ phase: "waiting", bytes: this.#state.bytes });
  }

  cancel(reason: Reason = "cancelled"): void {
    if (isOver(this.#state)) return;
    if (this.#link && this.#offered) this.#withdraw(this.#link, reason);
    else if (this.#known) this.#untold = reason;
    this.end({ by: "me", reason });
  }

  /** Nothing more is read or sent. */
  close(): void {
    this.#halt();
    this.#reader?.close();
  }

  #withdraw(link: Link, reason: Reason): void {
    if (!this.#offered) link.tell(this.offer);
    this.#offered = true;
    link.tell({ type: "withdraw", file: this.offer.file, reason });
    this.#untold = undefined;
  }

  end(end: End): void {
    if (isOver(this.#state)) return;
    this.close();
    this.#enter({ phase: "ended", bytes: this.#state.bytes, end });
  }

  receive(message: ReceiverMessage): void {
    if (isOver(this.#state)) return;
    if (this.#recalled && message.type !== "stop") return;
    switch (message.type) {
      case "accept":
        this.#accepted(message);
        break;
      case "decline":
        this.end({ by: "partner", reason: "declined" });
        break;
      case "progress":
        this.#confirmed(message.bytes);
        break;
      case "again":
        this.#askedAgain(message.block);
        break;
      case "wait":
        this.#askedToWait();
        break;
      case "verified":
        this.#verified(message.root);
        break;
      case "stop":
        this.end({ by: "partner", reason: message.reason });
        break;
    }
  }

  #offer(link: Link): void {
    this.#offered = this.#known = true;
    this.#recalled = false;
    const { bytes } = this.#state;
    if (this.#paused.byMe) {
      link.tell({ ...this.offer, paused: true });
      this.#enter({ phase: "paused", by: "me", bytes });
    } else {
      link.tell(this.offer);
      this.#enter({ phase: "offered", bytes });
    }
  }

  #accepted({ epoch, have, window }: Acceptance): void {
    if (!this.#link || !this.#reader || !this.#offered) {
      throw new ProtocolViolation("an acceptance of nothing on offer");
    }
    // Both may resume at once: then the later acceptance counts, and what the earlier one asked for is dropped.
    if (this.#stream && epoch <= this.#stream.epoch)
      throw new ProtocolViolation("an acceptance that is not a newer one");
    this.#paused.byPartner = false;
    if (this.#paused.byMe) return;
    this.#halt();
    const held = fromRanges(have, blockCount(this.offer.size));
    const bytes = [...held].reduce((sum, index) => sum + blockLength(this.offer.size, index), 0);
    const stream = { link: this.#link, epoch, window, sent: 0 };
    this.#width?.restart();
    this.#stream = stream;
    this.#inFlight = 0;
    this.#enter({ phase: "moving", bytes });
    this.#send(stream, this.#reader, held).catch((cause: unknown) =>
      this.#interrupted(stream, cause),
    );
  }

  async #send(stream: Stream, reader: BlockReader, held: ReadonlySet<number>): Promise<void> {
    const strips = this.#strips(stream, reader, reader.blocks(held), held);
    await stream.link.overEachLane(async (lane) => {
      while (stream.link.uses(lane) && this.#isLive(stream)) {
        const { value: strip, done } = await strips.next();
        if (done) return;
        await this.#sendStrip(stream, lane, strip);
      }
    });
    await strips.return();
    const root = await reader.root();
    if (!this.#isLive(stream)) return;
    this.#root = root;
    stream.link.tell({ type: "complete", file: this.offer.file, root });
  }

  /** What goes over one lane at a time; a block is named before its first strip. */
  async *#strips(
    stream: Stream,
    reader: BlockReader,
    blocks: AsyncIterable<HashedBlock> | Iterable<HashedBlock>,
    held: ReadonlySet<number> = new Set(),
  ): AsyncGenerator<Strip, void, void> {
    for await (const block of blocks) {
      if (!this.#isLive(stream)) return;
      const { index, bytes, hash } = block;
      stream.link.tell({ type: "block", file: this.offer.file, index, hash });
      if (held.has(index)) reader.release(bytes);
      else yield* stripsOf(block, () => reader.release(bytes));
    }
  }

  async #sendStrip(stream: Stream, lane: ByteLane, strip: Strip): Promise<void> {
    const { link, epoch } = stream;
    const { offset, bytes } = strip;
    for (let start = 0; start < bytes.length;) {
      const payload = bytes.subarray(start, start + link.maxPayload(lane));
      while (this.#inFlight + payload.length > stream.window && this.#isLive(stream))
        await this.#credit();
      await lane.room();
      if (!this.#isLive(stream) || !lane.isOpen) return;
      this.#inFlight += payload.length;
      const frame = { file: this.offer.file, epoch, offset: offset + start, payload };
      lane.send(encodeFrame(frame, this.#scratch));
      start += payload.length;
      stream.sent += payload.length;
      if (this.offer.size - this.#state.bytes > WORTH_WIDENING)
        this.#width?.judge(stream.sent, performance.now());
    }
    strip.release();
  }

  #confirmed(bytes: number): void {
    const { phase } = this.#state;
    // A pause may have crossed it; the next acceptance says it again.
    if (phase === "paused" || phase === "offered") return;
    if (phase !== "moving") throw new ProtocolViolation("progress of nothing under way");
    const gained = bytes - this.#state.bytes;
    if (gained < 0 || gained > this.#inFlight)
      throw new ProtocolViolation("progress that cannot be");
    this.#inFlight -= gained;
    this.#enter({ phase: bytes === this.offer.size ? "proving" : "moving", bytes });
    this.#creditGiven();
  }

  #askedAgain(index: number): void {
    const { phase } = this.#state;
    if (phase === "paused" || phase === "offered") return;
    const [stream, reader] = [this.#stream, this.#reader];
    const count = blockCount(this.offer.size);
    if (!stream || !reader || index >= count || ++this.#repairsAsked > count * AGAIN_PER_BLOCK) {
      throw new ProtocolViolation("a block asked for that is not to be had again");
    }
    const length = blockLength(this.offer.size, index);
    if (this.#inFlight >= length) {
      this.#inFlight -= length;
      this.#creditGiven();
    } else {
      // Found when the whole was checked: it had been confirmed, and is taken back.
      this.#enter({ phase: "moving", bytes: Math.max(0, this.#state.bytes - length) });
    }
    // One at a time, so that the receiver never has more than two blocks open.
    this.#repairs = this.#repairs
      .then(() => this.#sendAgain(stream, reader, index))
      .catch((cause: unknown) => this.#interrupted(stream, cause));
  }

  async #sendAgain(stream: Stream, reader: BlockReader, index: number): Promise<void> {
    for await (const strip of this.#strips(stream, reader, [await reader.read(index)])) {
      await this.#sendStrip(stream, stream.link.mainLane, strip);
    }
  }

  #askedToWait(): void {
    if (!this.#offered) throw new ProtocolViolation("waiting for nothing on offer");
    this.#paused.byPartner = true;
    this.#halt();
    if (!this.#paused.byMe) {
      this.#enter({ phase: "paused", by: "partner", bytes: this.#state.bytes });
    }
  }

  #verified(root: string): void {
    const reader = this.#reader;
    if (!reader || !this.#offered) throw new ProtocolViolation("a receipt for nothing on offer");
    if (this.#root === undefined && this.#stream) {
      throw new ProtocolViolation("a receipt before its time");
    }
    if (this.#root !== undefined && this.#root !== root) {
      throw new ProtocolViolation("a receipt for another file");
    }
    this.#check(reader, root).catch((cause: unknown) => {
      if (isOver(this.#state)) return;
      this.#unreadable(cause);
    });
  }

  /** A page that was reloaded since has to read the file once more to know what a receipt for it must name. */
  async #check(reader: BlockReader, root: string): Promise<void> {
    const mine = this.#root ?? (await reader.root());
    if (isOver(this.#state)) return;
    if (mine !== root) {
      this.cancel("another-file");
      return;
    }
    this.close();
    this.#enter({ phase: "done", bytes: this.offer.size, root });
  }

  #interrupted(stream: Stream, cause: unknown): void {
    // A halted stream fails as its file is closed: that is the end of it, not a fault of the file.
    if (this.#isLive(stream)) this.#unreadable(cause);
  }

  /** What the receiver holds stays there until the file is chosen once more, unless it is another by now. */
  #unreadable(cause: unknown): void {
    console.error("the file could not be read on", cause);
    if (cause instanceof SourceChanged) {
      this.cancel("source-changed");
      return;
    }
    if (this.#offered) this.#link?.tell({ type: "pause", file: this.offer.file });
    this.close();
    this.#reader = undefined;
    this.#recalled = this.#offered;
    this.#offered = this.#paused.byMe = false;
    this.#root = undefined;
    this.#enter({ phase: "missing", bytes: this.#state.bytes });
  }

  #credit(): Promise<void> {
    return new Promise((resolve) => this.#awaitingCredit.push(resolve));
  }

  #creditGiven(): void {
    for (const resolve of this.#awaitingCredit.splice(0)) resolve();
  }

  #isLive(stream: Stream): boolean {
    return stream === this.#stream;
  }

  #halt(): void {
    this.#stream = undefined;
    this.#creditGiven();
  }

  #enter(state: TransferState): void {
    this.#state = state;
    this.#onState(state);
  }
}
