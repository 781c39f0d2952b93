/** What a person wants to know of something that takes a while. */
export interface Pace {
  bytesPerSecond: number;
  secondsLeft: number;
}

/** Speed is taken over the last seconds: long enough to be calm, short enough to be true. */
const SPAN_MS = 4000;
/** Before this, a speed would be a guess. */
const SHORTEST_MS = 400;

export class PaceMeter {
  readonly #size: number;
  #samples: { at: number; bytes: number }[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** Forgets what was measured: a pause is not slowness. */
  restart(): void {
    this.#samples = [];
  }

  measure(bytes: number, at: number): Pace | undefined {
    this.#samples.push({ at, bytes });
    this.#samples = this.#samples.filter((sample) => at - sample.at <= SPAN_MS);
    const first = this.#samples[0];
    const elapsed = first ? at - first.at : 0;
    if (!first || elapsed < SHORTEST_MS || bytes === first.bytes) return undefined;
    const bytesPerSecond = ((bytes - first.bytes) * 1000) / elapsed;
    return { bytesPerSecond, secondsLeft: (this.#size - bytes) / bytesPerSecond };
  }
}
