import type { Lane } from "../transfer/lane";

/**
 * How full the browser's send buffer is kept. The high mark carries the channel over the time a `bufferedamountlow`
 * event takes to arrive; Chromium closes a channel whose buffer passes 16 MiB, so both stay far below.
 */
const HIGH_WATER = 4 * 1024 * 1024;
const LOW_WATER = 1024 * 1024;

type Listener = (message: unknown) => void;

/** A data channel as a lane. What arrives before somebody listens waits for them. */
export class RtcLane implements Lane {
  readonly #channel: RTCDataChannel;
  #listener: Listener | undefined;
  #early: unknown[] = [];
  #drained: Promise<void> | undefined;
  #resume: (() => void) | undefined;
  #closed = false;
  onClose: (() => void) | undefined;

  constructor(channel: RTCDataChannel) {
    this.#channel = channel;
    channel.binaryType = "arraybuffer";
    channel.bufferedAmountLowThreshold = LOW_WATER;
    channel.addEventListener("bufferedamountlow", () => this.#drain());
    channel.addEventListener("close", () => this.lost());
    channel.addEventListener("message", ({ data }) => {
      if (this.#listener) this.#listener(data);
      else this.#early.push(data);
    });
  }

  get onMessage(): Listener | undefined {
    return this.#listener;
  }

  set onMessage(listener: Listener | undefined) {
    this.#listener = listener;
    if (listener) for (const message of this.#early.splice(0)) listener(message);
  }

  send(message: string | Uint8Array<ArrayBuffer>): void {
    if (this.#channel.readyState !== "open") return;
    // Two calls, since the overloads of `send` take no union.
    if (typeof message === "string") this.#channel.send(message);
    else this.#channel.send(message);
  }

  room(): Promise<void> | undefined {
    if (this.#closed || this.#channel.bufferedAmount < HIGH_WATER) return undefined;
    this.#drained ??= new Promise((resolve) => (this.#resume = resolve));
    return this.#drained;
  }

  close(): void {
    this.#channel.close();
  }

  /** Closing a connection from this side fires no event on its channels, so it is said here. */
  lost(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#drain();
    this.onClose?.();
  }

  #drain(): void {
    this.#resume?.();
    this.#resume = this.#drained = undefined;
  }
}
