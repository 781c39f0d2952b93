/**
 * Where it begins, and the least it comes to while the queue is not a long one. More than a browser's UDP socket
 * holds when it comes at once, but SCTP's own slow start spreads this much.
 */
export const LEAST_BYTES = 128 * 1024;
/** The least on a path so slow that several lanes of the above would be seconds of it. */
const LEAST_WHEN_SLOW_BYTES = 32 * 1024;
/** Chromium closes a channel whose send buffer passes 16 MiB; this stays far below. */
const MOST_BYTES = 4 * 1024 * 1024;
/** So long may bytes stand in queues, beyond the time that the path itself takes. */
const TARGET_MS = 25;
/** A queue that words are held up by, and longer than what losses and busy processors add to a round trip. */
const LONG_QUEUE_MS = 400;
/** The share of a window by which it grows in a round trip while nothing stands in a queue. */
const GAIN = 1 / 16;
/** It shrinks faster than it grows, up to so many times: a round trip far too long is one with losses in it. */
const MOST_DECREASE = 3;
/** A path may become longer: the shortest round trip counts for once to twice this. */
const REMEMBERED_MS = 30_000;

interface Sent {
  /** Bytes sent up to and including this message. */
  total: number;
  at: number;
}

/**
 * How many bytes may be under way on one lane. It grows while it is what limits and the round trip is hardly
 * longer than the shortest of late, and shrinks when bytes stand in a queue (LEDBAT, RFC 6817). SCTP has a
 * window of its own below, but that one grows until packets are lost, and after that by a packet a round trip.
 */
export class CongestionWindow {
  #bytes = LEAST_BYTES;
  #sent = 0;
  #acknowledged = 0;
  readonly #underWay: Sent[] = [];
  #shortest = { since: -Infinity, before: Infinity, now: Infinity };

  get bytes(): number {
    return this.#bytes;
  }

  get isFull(): boolean {
    return this.#sent - this.#acknowledged >= this.#bytes;
  }

  /** The shortest of late, in milliseconds; `undefined` before the first acknowledgement. */
  get roundTrip(): number | undefined {
    const shortest = Math.min(this.#shortest.before, this.#shortest.now);
    return shortest === Infinity ? undefined : shortest;
  }

  sent(bytes: number, at: number): void {
    this.#sent += bytes;
    this.#underWay.push({ total: this.#sent, at });
  }

  /** Answers whether that can be: nobody receives more than was sent, or less than before. */
  acknowledge(total: number, at: number): boolean {
    if (total < this.#acknowledged || total > this.#sent) return false;
    const limits = this.#sent - this.#acknowledged > this.#bytes / 2;
    const bytes = total - this.#acknowledged;
    this.#acknowledged = total;
    const last = this.#arrived(total);
    if (last) this.#adapt(bytes, this.#queued(at - last.at, at), limits);
    return true;
  }

  /** The last message of those that are not under way any more. */
  #arrived(total: number): Sent | undefined {
    const past = this.#underWay.findIndex((sent) => sent.total > total);
    return this.#underWay.splice(0, past < 0 ? this.#underWay.length : past).at(-1);
  }

  /** How much longer than the path's own time a round trip was, in milliseconds. */
  #queued(roundTrip: number, at: number): number {
    if (at - this.#shortest.since >= REMEMBERED_MS)
      this.#shortest = { since: at, before: this.#shortest.now, now: roundTrip };
    this.#shortest.now = Math.min(this.#shortest.now, roundTrip);
    return roundTrip - Math.min(this.#shortest.before, this.#shortest.now);
  }

  #adapt(acknowledged: number, queued: number, limits: boolean): void {
    const offTarget = Math.max((TARGET_MS - queued) / TARGET_MS, -MOST_DECREASE);
    if (offTarget > 0 && !limits) return;
    const adapted = this.#bytes + GAIN * offTarget * acknowledged;
    const least =
      queued > LONG_QUEUE_MS ? LEAST_WHEN_SLOW_BYTES : Math.min(this.#bytes, LEAST_BYTES);
    this.#bytes = Math.min(Math.max(adapted, least), MOST_BYTES);
  }
}
