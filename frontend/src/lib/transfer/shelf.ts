import type { KeptFile } from "./kept-file";

/** A receiver's file, opened once it is accepted, and anew after trouble. */
export class Shelf {
  readonly #openFile: () => Promise<KeptFile>;
  #opening: Promise<KeptFile> | undefined;
  #file: KeptFile | undefined;
  /** What a closed one has on the disk can still be given back. */
  #latest: KeptFile | undefined;
  #discarded = false;

  constructor(openFile: () => Promise<KeptFile>) {
    this.#openFile = openFile;
  }

  get file(): KeptFile | undefined {
    return this.#file;
  }

  /** Whether what it holds is there again when it is opened once more. */
  get durable(): boolean {
    return this.#latest?.durable ?? false;
  }

  async open(): Promise<KeptFile> {
    const opening = (this.#opening ??= this.#openFile());
    try {
      const file = (this.#latest = await opening);
      if (this.#discarded) this.discard();
      if (this.#opening !== opening) throw new Error("the file was closed while it was opened");
      this.#file = file;
    } catch (cause) {
      if (this.#opening === opening) this.#opening = undefined;
      throw cause;
    }
    return this.#file;
  }

  /** Lets go of it, also where it is still being opened. */
  close(): void {
    this.#opening?.then((file) => file.close()).catch(notKept);
    this.#file = this.#opening = undefined;
  }

  /** Gives the space back, also where it was closed or is still being opened. */
  discard(): void {
    this.#discarded = true;
    this.#latest?.discard().catch(notKept);
  }
}

function notKept(cause: unknown): void {
  console.warn("what was kept of a video could not be let go", cause);
}
