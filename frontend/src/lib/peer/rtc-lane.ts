import type { Lane } from "../transfer/lane";
import { giveBack } from "../give-back";
import { SendBuffer } from "./send-buffer";

/** A time in which nothing more may be sent. */
class Full {
  readonly bytes: number;
  readonly since = performance.now();
  readonly over: Promise<void>;
  end!: () => void;

  constructor(bytes: number) {
    this.bytes = bytes;
    this.over = new Promise((resolve) => (this.end = resolve));
  }
}

type Listener = (message: unknown) => void;

/** A data channel as a lane. What arrives before somebody listens waits for them. */
export class RtcLane implements Lane {
  readonly #channel: RTCDataChannel;
  readonly #buffer = new SendBuffer();
  #listener: Listener | undefined;
  #early: unknown[] = [];
  #full: Full | undefined;
  #closed = false;
  onClose: (() => void) | undefined;

  constructor(channel: RTCDataChannel) {
    this.#channel = channel;
    channel.binaryType = "arraybuffer";
    channel.bufferedAmountLowThreshold = this.#buffer.low;
    channel.addEventListener("bufferedamountlow", () => this.#drained());
    channel.addEventListener("close", () => this.lost());
    channel.addEventListener("message", ({ data }) => {
      if (this.#listener) hand(data, this.#listener);
      else this.#early.push(data);
    });
  }

  get onMessage(): Listener | undefined {
    return this.#listener;
  }

  set onMessage(listener: Listener | undefined) {
    this.#listener = listener;
    if (listener) for (const message of this.#early.splice(0)) hand(message, listener);
  }

  send(message: string | Uint8Array<ArrayBuffer>): void {
    if (this.#channel.readyState !== "open") return;
    // Two calls, since the overloads of `send` take no union.
    if (typeof message === "string") this.#channel.send(message);
    else this.#channel.send(message);
  }

  room(): Promise<void> | undefined {
    const { bufferedAmount: bytes } = this.#channel;
    if (this.#closed || bytes < this.#buffer.high) return undefined;
    this.#full ??= new Full(bytes);
    return this.#full.over;
  }

  get isOpen(): boolean {
    return !this.#closed && this.#channel.readyState === "open";
  }

  get fittingMessage(): number {
    return this.#buffer.message;
  }

  close(): void {
    this.#channel.close();
  }

  /** Closing a connection from this side fires no event on its channels, so it is said here. */
  lost(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#full?.end();
    this.onClose?.();
  }

  #drained(): void {
    if (!this.#full) return;
    const { bytes, since, end } = this.#full;
    this.#full = undefined;
    this.#buffer.drained(bytes, this.#channel.bufferedAmount, performance.now() - since);
    this.#channel.bufferedAmountLowThreshold = this.#buffer.low;
    end();
  }
}

function hand(message: unknown, listener: Listener): void {
  listener(message);
  if (message instanceof ArrayBuffer) giveBack(message);
}
