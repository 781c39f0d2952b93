import { type KeepingPlace, keepingPlace } from "../../lib/keeping/keeping-place";

const APART_MS = 2000;

/**
 * Measures again and again, as long as videos are offered here, where they would be kept: what arrives takes
 * room, and whoever lacks it makes some, here or elsewhere on the device.
 */
export class KeepingWatch {
  readonly #onMeasured: (keeping: KeepingPlace) => void;
  #offered = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(onMeasured: (keeping: KeepingPlace) => void) {
    this.#onMeasured = onMeasured;
  }

  /** How many wait for an answer; with each that comes or is answered there may be less room for the others. */
  watch(offered: number): void {
    if (offered === this.#offered) return;
    this.#offered = offered;
    clearInterval(this.#timer);
    if (offered === 0) return;
    const measure = () => void keepingPlace().then(this.#onMeasured);
    measure();
    this.#timer = setInterval(measure, APART_MS);
  }
}
