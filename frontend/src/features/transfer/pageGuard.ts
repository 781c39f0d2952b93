/**
 * Keeps the page alive while something is under way: the screen stays on, since a phone that goes dark
 * suspends its pages, and closing asks first.
 */
export class PageGuard {
  #active = false;
  #wakeLock: WakeLockSentinel | undefined;

  set(active: boolean): void {
    if (active === this.#active) return;
    this.#active = active;
    if (active) {
      window.addEventListener("beforeunload", ask);
      document.addEventListener("visibilitychange", this.#keepAwake);
      this.#keepAwake();
    } else {
      window.removeEventListener("beforeunload", ask);
      document.removeEventListener("visibilitychange", this.#keepAwake);
      void this.#wakeLock?.release();
      this.#wakeLock = undefined;
    }
  }

  /** The browser takes the lock away whenever the page is hidden. */
  readonly #keepAwake = () => {
    if (document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
    navigator.wakeLock.request("screen").then(
      (lock) => {
        if (this.#active) this.#wakeLock = lock;
        else void lock.release();
      },
      () => {
        // Refused at low battery: the transfer then lives as long as the screen does.
      },
    );
  };
}

function ask(event: BeforeUnloadEvent): void {
  event.preventDefault();
}
