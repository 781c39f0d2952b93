interface AtStake {
  running: boolean;
  /** Something that arrived is kept by this page alone. */
  unsaved: boolean;
}

/**
 * Keeps the page alive: while something runs the screen stays on, since a phone that goes dark suspends its
 * pages; and closing asks first as long as something would be lost.
 */
export class PageGuard {
  #running = false;
  #wakeLock: WakeLockSentinel | undefined;

  set({ running, unsaved }: AtStake): void {
    if (running || unsaved) window.addEventListener("beforeunload", this.#ask);
    else window.removeEventListener("beforeunload", this.#ask);

    if (running === this.#running) return;
    this.#running = running;
    if (running) {
      document.addEventListener("visibilitychange", this.#keepAwake);
      this.#keepAwake();
    } else {
      document.removeEventListener("visibilitychange", this.#keepAwake);
      void this.#wakeLock?.release();
      this.#wakeLock = undefined;
    }
  }

  /** Each guard has its own, as several are there at once and one being done ends no other. */
  readonly #ask = (event: BeforeUnloadEvent) => event.preventDefault();

  /** The browser takes the lock away whenever the page is hidden. */
  readonly #keepAwake = () => {
    if (document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
    navigator.wakeLock.request("screen").then(
      (lock) => {
        if (this.#running) this.#wakeLock = lock;
        else void lock.release();
      },
      () => {
        // Refused at low battery: the transfer then lives as long as the screen does.
      },
    );
  };
}
