import { CongestionWindow } from "./congestion-window";
import type { Lane } from "./lane";
import { ProtocolViolation } from "./violation";

/** Bytes after which the receiver acknowledges: a quarter of the smallest window, so that it never runs dry. */
const ACKNOWLEDGED_BYTES = 32 * 1024;
/** A message is hardly more than this part of the window: a large one is a burst, and makes its own queue. */
const PART_OF_WINDOW = 1 / 16;
/** Where the path is short there is a queue in any case, and each message costs the browser time and memory. */
const PART_ON_SHORT_PATH = 1 / 4;
/** In milliseconds there and back. */
const SHORT_PATH_MS = 4;

/** A lane for bytes, with no more under way than its congestion window allows. */
export class ByteLane {
  /** By which both ends call it. */
  readonly id: number;
  readonly #lane: Lane;
  /** None where the partner acknowledges nothing. */
  #window: CongestionWindow | undefined;
  #waiting: (() => void)[] = [];
  #arrived = 0;
  #acknowledged = 0;

  constructor(lane: Lane, id: number) {
    this.#lane = lane;
    this.id = id;
  }

  /** From now on the partner acknowledges what arrives. */
  limit(): void {
    this.#window ??= new CongestionWindow();
  }

  get isOpen(): boolean {
    return this.#lane.isOpen;
  }

  /** The largest message to be sent over it now, in bytes. */
  get fittingMessage(): number {
    const { fittingMessage } = this.#lane;
    if (!this.#window) return fittingMessage;
    const { bytes, roundTrip = Infinity } = this.#window;
    const part = roundTrip <= SHORT_PATH_MS ? PART_ON_SHORT_PATH : PART_OF_WINDOW;
    return Math.min(fittingMessage, Math.max(Math.floor(bytes * part), ACKNOWLEDGED_BYTES));
  }

  /** The shortest of late, in milliseconds, where it is known. */
  get roundTrip(): number | undefined {
    return this.#window?.roundTrip;
  }

  send(message: Uint8Array<ArrayBuffer>): void {
    this.#window?.sent(message.byteLength, performance.now());
    this.#lane.send(message);
  }

  /** `undefined` while there is room to send; otherwise resolves when there is, or when the lane closed. */
  room(): Promise<void> | undefined {
    if (!this.isOpen || !this.#window?.isFull) return this.#lane.room();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Of what was sent over it, so many bytes have arrived since it opened. */
  acknowledge(total: number): void {
    if (!this.#window?.acknowledge(total, performance.now()))
      throw new ProtocolViolation("an acknowledgement that cannot be");
    if (!this.#window.isFull) this.#release();
  }

  /** Counts what has come over it; answers the count when it is time to acknowledge. */
  arrived(bytes: number): number | undefined {
    this.#arrived += bytes;
    if (this.#arrived - this.#acknowledged < ACKNOWLEDGED_BYTES) return undefined;
    this.#acknowledged = this.#arrived;
    return this.#arrived;
  }

  close(): void {
    this.#lane.close();
    this.#release();
  }

  #release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
