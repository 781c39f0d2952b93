import type { Lane } from "./lane";

/**
 * How full the browser's send buffer is kept. The high mark carries the channel over the time a `bufferedamountlow`
 * event takes to arrive; Chromium closes a channel whose buffer passes 16 MiB, so both stay far below.
 */
const HIGH_WATER = 4 * 1024 * 1024;
const LOW_WATER = 1024 * 1024;

/** A data channel as a lane. What arrives before somebody listens waits for them. */
export class RtcLane implements Lane {
  readonly #channel: RTCDataChannel;
  #listener: ((message: unknown) => void) | undefined;
  #early: unknown[] = [];
  #drained: { promise: Promise<void>; resolve: () => void } | undefined;
  #closed = false;
  onClose: () => void = () => {};

  constructor(channel: RTCDataChannel) {
    this.#channel = channel;
    channel.binaryType = "arraybuffer";
    channel.bufferedAmountLowThreshold = LOW_WATER;
    channel.addEventListener("bufferedamountlow", () => this.#resume());
    channel.addEventListener("close", () => this.lost());
    channel.addEventListener("message", ({ data }) => {
      if (this.#listener) this.#listener(data);
      else this.#early.push(data);
    });
  }

  set onMessage(listener: (message: unknown) => void) {
    this.#listener = listener;
    for (const message of this.#early.splice(0)) listener(message);
  }

  send(message: string | ArrayBuffer): void {
    if (this.#channel.readyState !== "open") return;
    // Two calls, since the overloads of `send` take no union.
    if (typeof message === "string") this.#channel.send(message);
    else this.#channel.send(message);
  }

  room(): Promise<void> | undefined {
    if (this.#closed || this.#channel.bufferedAmount < HIGH_WATER) return undefined;
    if (!this.#drained) {
      let resolve = () => {};
      const promise = new Promise<void>((settle) => (resolve = settle));
      this.#drained = { promise, resolve };
    }
    return this.#drained.promise;
  }

  close(): void {
    this.#channel.close();
  }

  /** Closing a connection from this side fires no event on its channels, so it is said here. */
  lost(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#resume();
    this.onClose();
  }

  #resume(): void {
    this.#drained?.resolve();
    this.#drained = undefined;
  }
}
