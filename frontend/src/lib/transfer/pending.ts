/** Work under way, which has to be over before one can say what it came to. */
export class Pending {
  readonly #works = new Set<Promise<void>>();

  /** Work that fails is its own business: it is to have caught that already. */
  add(work: Promise<void>): void {
    this.#works.add(work);
    void work.finally(() => this.#works.delete(work));
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#works);
  }
}
