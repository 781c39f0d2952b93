/** Kept waiting in the browser's send buffer, in seconds of what the channel takes. */
const SECONDS = 0.5;
/** One message is at most a tenth of that: what is said on the other lane waits no longer. */
const MESSAGES = 10;
/** The least is ten messages of the smallest size worth sending. */
const LEAST_BYTES = MESSAGES * 16 * 1024;
/** Chromium closes a channel whose buffer passes 16 MiB; this stays far below. */
const MOST_BYTES = 4 * 1024 * 1024;
/** Where it begins, before anything is known: half a second at 2 MB/s. */
const FIRST_BYTES = 1024 * 1024;

/**
 * How full a channel's send buffer is kept. Too little, and the channel runs dry before the page gets to
 * send more; too much, and on a slow network what was cancelled or paused keeps it busy for long after.
 * So it follows what the channel is seen to take.
 */
export class SendBuffer {
  #bytes = FIRST_BYTES;
  #rate: number | undefined;

  /** Full at this many bytes. */
  get high(): number {
    return this.#bytes;
  }

  /** Time to send more: early enough that it does not run dry until then. */
  get low(): number {
    return Math.floor(this.#bytes / 4);
  }

  /** The largest message that fits, in bytes. */
  get message(): number {
    return Math.floor(this.#bytes / MESSAGES);
  }

  /** While nothing was added, the buffer went from `before` to `after` bytes. */
  drained(before: number, after: number, milliseconds: number): void {
    if (milliseconds <= 0) return;
    if (after === 0) {
      // It could have taken more, and for some of the time nothing was there.
      this.#bytes = Math.min(this.#bytes * 2, MOST_BYTES);
      return;
    }
    const rate = ((before - after) * 1000) / milliseconds;
    this.#rate = this.#rate === undefined ? rate : (this.#rate + rate) / 2;
    this.#bytes = Math.min(Math.max(this.#rate * SECONDS, LEAST_BYTES), MOST_BYTES);
  }
}
