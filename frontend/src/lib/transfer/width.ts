import type { Link } from "./link";

/** A connection that takes less than this, in bytes a second, is held up by the network and not by the processors. */
const SLOW = 4_000_000;
/** So far away, in milliseconds there and back, that one congestion window is not all there is to be had. */
const FAR_MS = 20;
/** Until a few round trips were measured. */
const HEARD_MS = 100;
/** Until buffers are filled and one can tell. */
const SETTLED_MS = 500;
const MEASURED_MS = 1000;
/** New lanes begin slowly. */
const WIDE_SETTLED_MS = 2000;
const WIDE_MEASURED_MS = 3000;
/** So many times as much, or further lanes are not worth what they cost. */
const WORTHWHILE = 1.3;

type Widened = Pick<Link, "lanesForBytes" | "roundTrip" | "widen" | "narrow">;

interface Mark {
  at: number;
  sent: number;
  lanes: number;
}

/**
 * Whether bytes go over one lane or over several: over one, until it turns out to be slow or its way to be long;
 * then over several, unless that turns out to bring no more. A link that is narrow for want of bandwidth has
 * nothing more to give, and four queues would only make its words wait longer.
 */
export class Width {
  readonly #link: Widened;
  /** Since when there are as many lanes as now. */
  #begun: Mark | undefined;
  /** Since when what they take is measured, once buffers are filled. */
  #mark: Mark | undefined;
  #alone: number | undefined;
  #askedAsFar = false;

  constructor(link: Widened) {
    this.#link = link;
  }

  /** A pause is not slowness. */
  restart(): void {
    this.#begun = undefined;
  }

  /** `sent` bytes have been handed to the lanes so far. */
  judge(sent: number, at: number): void {
    const now = { at, sent, lanes: this.#link.lanesForBytes };
    if (this.#begun?.lanes !== now.lanes) {
      this.#begin(now);
      return;
    }
    const wide = now.lanes > 1;
    const elapsed = at - this.#begun.at;
    if (!wide && elapsed >= HEARD_MS) this.#askIfFar();
    if (elapsed < (wide ? WIDE_SETTLED_MS : SETTLED_MS)) return;
    this.#mark ??= now;
    if (at - this.#mark.at < (wide ? WIDE_MEASURED_MS : MEASURED_MS)) return;
    const rate = rateBetween(this.#mark, now);
    this.#mark = now;
    if (!wide) {
      this.#alone = rate;
      if (rate < SLOW) this.#link.widen();
    } else if (this.#alone !== undefined) {
      if (rate < this.#alone * WORTHWHILE) this.#link.narrow();
      this.#alone = undefined;
    }
  }

  #begin(now: Mark): void {
    // Lanes that were asked for early come before there is a better measure of what one takes.
    if (this.#begun?.lanes === 1) this.#alone ??= rateBetween(this.#begun, now);
    this.#begun = now;
    this.#mark = undefined;
  }

  #askIfFar(): void {
    if (this.#askedAsFar || (this.#link.roundTrip ?? 0) < FAR_MS) return;
    this.#askedAsFar = true;
    this.#link.widen();
  }
}

function rateBetween(from: Mark, to: Mark): number {
  return ((to.sent - from.sent) * 1000) / Math.max(to.at - from.at, 1);
}
