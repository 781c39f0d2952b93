import type { Link } from "./link";

/** A connection that takes less than this, in bytes a second, is held up by the network and not by the processors. */
const SLOW = 4_000_000;
/** Until buffers are filled and one can tell. */
const SETTLED_MS = 500;
const MEASURED_MS = 1000;
/** New lanes begin slowly. */
const WIDE_SETTLED_MS = 2000;
const WIDE_MEASURED_MS = 3000;
/** So many times as much, or further lanes are not worth what they cost. */
const WORTHWHILE = 1.3;

/**
 * Whether bytes go over one lane or over several: over one, until it turns out to be slow; then over several,
 * unless that turns out to bring no more. A link that is narrow for want of bandwidth has nothing more to
 * give, and four queues would only make its words wait longer.
 */
export class Width {
  readonly #link: Pick<Link, "lanesForBytes" | "widen" | "narrow">;
  #mark: { at: number; sent: number; lanes: number } | undefined;
  #alone: number | undefined;
  #settled = false;

  constructor(link: Pick<Link, "lanesForBytes" | "widen" | "narrow">) {
    this.#link = link;
  }

  /** A pause is not slowness. */
  restart(): void {
    this.#mark = undefined;
  }

  /** `sent` bytes have been handed to the lanes so far. */
  judge(sent: number, at: number): void {
    const lanes = this.#link.lanesForBytes;
    if (this.#mark?.lanes !== lanes) {
      this.#mark = { at, sent, lanes };
      this.#settled = false;
      return;
    }
    const wide = lanes > 1;
    const elapsed = at - this.#mark.at;
    if (!this.#settled) {
      if (elapsed < (wide ? WIDE_SETTLED_MS : SETTLED_MS)) return;
      this.#settled = true;
      this.#mark = { at, sent, lanes };
      return;
    }
    if (elapsed < (wide ? WIDE_MEASURED_MS : MEASURED_MS)) return;
    const rate = ((sent - this.#mark.sent) * 1000) / elapsed;
    this.#mark = { at, sent, lanes };
    if (!wide) {
      this.#alone = rate;
      if (rate < SLOW) this.#link.widen();
    } else if (this.#alone !== undefined) {
      if (rate < this.#alone * WORTHWHILE) this.#link.narrow();
      this.#alone = undefined;
    }
  }
}
