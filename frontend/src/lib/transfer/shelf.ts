import type { KeptFile } from "./kept-file";

/** A receiver's file, opened once it is accepted, and anew after trouble. */
export class Shelf {
  readonly #openFile: () => Promise<KeptFile>;
  #opening: Promise<KeptFile> | undefined;
  #file: KeptFile | undefined;
  #discarded = false;

  constructor(openFile: () => Promise<KeptFile>) {
    this.#openFile = openFile;
  }

  get file(): KeptFile | undefined {
    return this.#file;
  }

  async open(): Promise<KeptFile> {
    this.#opening ??= this.#openFile();
    try {
      this.#file = await this.#opening;
    } catch (cause) {
      this.#opening = undefined;
      throw cause;
    }
    if (this.#discarded) this.discard();
    return this.#file;
  }

  /** Lets go of it; where it is durable, it can be opened again. */
  close(): void {
    this.#file?.close().catch(notKept);
    this.#file = this.#opening = undefined;
  }

  /** Gives the space back, also where it is still being opened. */
  discard(): void {
    this.#discarded = true;
    this.#file?.discard().catch(notKept);
  }
}

function notKept(cause: unknown): void {
  console.warn("what was kept of a video could not be let go", cause);
}
