import type { ConnectionStatus } from "../../lib/peer/peer";

/** How long it took to find a way to the partner's browser, not counting the time one of the two was offline. */
export class LookingTime {
  #wanted = false;
  #connected = false;
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
    this.#wanted = wanted;
    this.#keep(now);
  }

  note({ phase, obstacle }: ConnectionStatus, now: number): void {
    this.#connected = phase === "connected" || phase === "recovering";
    if (this.#connected) {
      if (this.#since !== undefined) this.#seconds = (now - this.#since) / 1000;
    } else if (obstacle === "partner-offline" || obstacle === "we-are-offline") {
      this.#since = undefined;
    }
    this.#keep(now);
  }

  /** Nobody looks for what stands already. */
  #keep(now: number): void {
    if (this.#wanted && !this.#connected) this.#since ??= now;
    else this.#since = undefined;
  }
}
