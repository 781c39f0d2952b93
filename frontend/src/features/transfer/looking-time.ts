import type { ConnectionStatus } from "../../lib/peer/peer";

/** How long it took to find a way to the partner's browser, not counting the time one of the two was offline. */
export class LookingTime {
  #since: number | undefined;
  #seconds: number | undefined;

  /** Of the latest connection, from wanting it to having it. */
  get seconds(): number | undefined {
    return this.#seconds;
  }

  get found(): boolean {
    return this.#seconds !== undefined;
  }

  /** `now` in milliseconds, as all times here. */
  want(wanted: boolean, now: number): void {
    if (!wanted) this.#since = undefined;
    else this.#since ??= now;
  }

  note({ phase, obstacle }: ConnectionStatus, now: number): void {
    if (phase === "connected" || phase === "recovering") {
      if (this.#since !== undefined) this.#seconds = (now - this.#since) / 1000;
      this.#since = undefined;
    } else if (obstacle === "partner-offline" || obstacle === "we-are-offline") {
      this.#since = now;
    }
  }
}
