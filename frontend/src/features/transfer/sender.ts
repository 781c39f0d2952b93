import { BLOCK_BYTES, blockCount, blockLength, fromRanges } from "./blocks";
import { BlockReader, type HashedBlock } from "./block-reader";
import type { Offer, Reason, ReceiverMessage } from "./control";
import { encodeFrame, LARGEST_MESSAGE } from "./frames";
import type { Hasher } from "./hasher";
import type { Link } from "./link";
import type { Source } from "./source";
import { type End, isOver, type TransferState } from "./transfer-state";
import { ProtocolViolation } from "./violation";

type Acceptance = Extract<ReceiverMessage, { type: "accept" }>;

/** One acceptance being answered. Only the latest is live: bytes of an earlier one are no longer sent. */
interface Stream {
  link: Link;
  epoch: number;
  window: number;
}

/** More requests for single blocks than this per block of the file, and the partner is playing with us. */
const AGAIN_PER_BLOCK = 3;

/**
 * Sends one file. It offers, streams what the receiver lacks within the receiver's window, sends a block
 * again when asked to, and is done only when the receiver has named the hash of the whole.
 *
 * It outlives connections: `attach` offers the file on a new link, and the receiver's answer says what
 * it already holds.
 */
export class Sender {
  readonly offer: Offer;
  readonly #reader: BlockReader;
  readonly #hasher: Hasher;
  readonly #onState: (state: TransferState) => void;

  #state: TransferState = { phase: "waiting", bytes: 0 };
  #link: Link | undefined;
  #stream: Stream | undefined;
  /** Bytes sent that the receiver has neither confirmed nor asked for again. */
  #inFlight = 0;
  #creditGiven: (() => void) | undefined;
  readonly #scratch = new ArrayBuffer(LARGEST_MESSAGE);
  #repairs = Promise.resolve();
  #repairsAsked = 0;
  #sha256: string | undefined;

  constructor(
    offer: Offer,
    source: Source,
    hasher: Hasher,
    onState: (state: TransferState) => void,
  ) {
    this.offer = offer;
    this.#reader = new BlockReader(source, hasher);
    this.#hasher = hasher;
    this.#onState = onState;
  }

  get state(): TransferState {
    return this.#state;
  }

  attach(link: Link): void {
    if (isOver(this.#state)) return;
    this.detach();
    this.#link = link;
    this.#enter({ phase: "offered", bytes: this.#state.bytes });
    link.tell(this.offer);
  }

  /** The connection went away. */
  detach(): void {
    this.#halt();
    this.#link = undefined;
    if (!isOver(this.#state)) this.#enter({ phase: "waiting", bytes: this.#state.bytes });
  }

  cancel(reason: Reason = "cancelled"): void {
    if (isOver(this.#state)) return;
    this.#link?.tell({ type: "withdraw", file: this.offer.file, reason });
    this.end({ by: "me", reason });
  }

  end(end: End): void {
    if (isOver(this.#state)) return;
    this.#halt();
    this.#hasher.close();
    this.#enter({ phase: "ended", bytes: this.#state.bytes, end });
  }

  receive(message: ReceiverMessage): void {
    if (isOver(this.#state)) return;
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
      case "verified":
        this.#verified(message.sha256);
        break;
      case "stop":
        this.end({ by: "partner", reason: message.reason });
        break;
    }
  }

  #accepted({ epoch, have, window }: Acceptance): void {
    if (this.#link === undefined || this.#state.phase !== "offered") {
      throw new ProtocolViolation("an acceptance of nothing on offer");
    }
    const held = fromRanges(have, blockCount(this.offer.size));
    const bytes = [...held].reduce((sum, index) => sum + blockLength(this.offer.size, index), 0);
    const stream = { link: this.#link, epoch, window };
    this.#stream = stream;
    this.#inFlight = 0;
    this.#enter({ phase: "moving", bytes });
    this.#send(stream, held).catch((cause: unknown) => this.#unreadable(stream, cause));
  }

  async #send(stream: Stream, held: ReadonlySet<number>): Promise<void> {
    for await (const block of this.#reader.blocks(held)) {
      if (!this.#isLive(stream)) return;
      if (!held.has(block.index)) await this.#sendBlock(stream, block);
    }
    const proof = await this.#reader.proof();
    if (!this.#isLive(stream)) return;
    this.#sha256 = proof.sha256;
    stream.link.tell({ type: "complete", file: this.offer.file, ...proof });
  }

  async #sendBlock(stream: Stream, { index, bytes, hash }: HashedBlock): Promise<void> {
    const { link, epoch } = stream;
    const { file } = this.offer;
    if (!this.#isLive(stream)) return;
    link.tell({ type: "block", file, index, hash });
    for (let start = 0; start < bytes.byteLength; start += link.maxPayload) {
      const payload = new Uint8Array(
        bytes,
        start,
        Math.min(link.maxPayload, bytes.byteLength - start),
      );
      while (this.#inFlight + payload.length > stream.window && this.#isLive(stream))
        await this.#credit();
      await link.roomForBytes();
      if (!this.#isLive(stream)) return;
      this.#inFlight += payload.length;
      const frame = { file, epoch, offset: index * BLOCK_BYTES + start, payload };
      link.sendBytes(encodeFrame(frame, this.#scratch));
    }
  }

  #confirmed(bytes: number): void {
    if (this.#state.phase !== "moving")
      throw new ProtocolViolation("progress of nothing under way");
    const gained = bytes - this.#state.bytes;
    if (gained < 0 || gained > this.#inFlight)
      throw new ProtocolViolation("progress that cannot be");
    this.#inFlight -= gained;
    this.#enter({ phase: bytes === this.offer.size ? "proving" : "moving", bytes });
    this.#creditGiven?.();
  }

  #askedAgain(index: number): void {
    const stream = this.#stream;
    const count = blockCount(this.offer.size);
    if (!stream || index >= count || ++this.#repairsAsked > count * AGAIN_PER_BLOCK) {
      throw new ProtocolViolation("a block asked for that is not to be had again");
    }
    this.#inFlight = Math.max(0, this.#inFlight - blockLength(this.offer.size, index));
    this.#creditGiven?.();
    // One at a time, so that the receiver never has more than two blocks open.
    this.#repairs = this.#repairs
      .then(async () => this.#sendBlock(stream, await this.#reader.read(index)))
      .catch((cause: unknown) => this.#unreadable(stream, cause));
  }

  #verified(sha256: string): void {
    if (sha256 !== this.#sha256) throw new ProtocolViolation("a receipt for another file");
    this.#halt();
    this.#hasher.close();
    this.#enter({ phase: "done", bytes: this.offer.size, sha256 });
  }

  #unreadable(stream: Stream, cause: unknown): void {
    // A halted stream fails as its hasher is taken away: that is the end of it, not a fault of the file.
    if (!this.#isLive(stream)) return;
    console.error("the file could not be read on", cause);
    this.cancel("source-changed");
  }

  #credit(): Promise<void> {
    return new Promise((resolve) => {
      const others = this.#creditGiven;
      this.#creditGiven = () => {
        others?.();
        resolve();
      };
    });
  }

  #isLive(stream: Stream): boolean {
    return stream === this.#stream;
  }

  #halt(): void {
    this.#stream = undefined;
    this.#creditGiven?.();
  }

  #enter(state: TransferState): void {
    this.#state = state;
    this.#onState(state);
  }
}
