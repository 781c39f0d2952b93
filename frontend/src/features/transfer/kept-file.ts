import { BLOCK_BYTES, blockLength } from "./blocks";
import type { Hasher } from "./hasher";
import type { OpenSink, Sink } from "./sink";

/** How an accepted file is to be kept. */
export interface Keeping {
  openSink: OpenSink;
  createHasher: () => Hasher | Promise<Hasher>;
}

/**
 * The part of a file that is here and proven, and the hash of the whole as far as it goes: that one grows
 * in file order only, while blocks may come in any.
 */
export class KeptFile {
  readonly #size: number;
  readonly #sink: Sink;
  readonly #hasher: Hasher;
  readonly #blocks = new Set<number>();
  /** Blocks in memory on their way into the hash of the whole. */
  readonly #unhashed = new Map<number, ArrayBuffer>();
  #hashed = 0;
  #hashing = Promise.resolve();

  private constructor(size: number, sink: Sink, hasher: Hasher) {
    this.#size = size;
    this.#sink = sink;
    this.#hasher = hasher;
  }

  static async open(
    file: { size: number; mime: string },
    { openSink, createHasher }: Keeping,
  ): Promise<KeptFile> {
    return new KeptFile(file.size, await openSink(file), await createHasher());
  }

  get blocks(): ReadonlySet<number> {
    return this.#blocks;
  }

  /** Hands the buffer back beside its hash. */
  digest(block: ArrayBuffer): Promise<{ hash: string; block: ArrayBuffer }> {
    return this.#hasher.digest(block);
  }

  /** Resolves once the block is kept and need not be in memory any more. */
  async keep(index: number, block: ArrayBuffer): Promise<void> {
    const written = await this.#sink.write(index * BLOCK_BYTES, block);
    this.#blocks.add(index);
    this.#unhashed.set(index, written);
    this.#hashing = this.#hashing.then(() => this.#hashOn(index));
    await this.#hashing;
  }

  /** SHA-256 of the whole file; to be asked for once, when every block is kept. */
  async sha256(): Promise<string> {
    await this.#hashing;
    return this.#hasher.whole();
  }

  async finish(): Promise<Blob> {
    const file = await this.#sink.finish();
    this.#hasher.close();
    return file;
  }

  discard(): void {
    this.#unhashed.clear();
    this.#hasher.close();
    void this.#sink.discard();
  }

  /** A block that came before its turn is let go here, and read back from the sink when its turn comes. */
  async #hashOn(latest: number): Promise<void> {
    while (this.#blocks.has(this.#hashed)) {
      const next = this.#hashed;
      const bytes = this.#unhashed.get(next) ?? (await this.#readBack(next));
      this.#unhashed.delete(next);
      await this.#hasher.append(bytes);
      this.#hashed += 1;
    }
    this.#unhashed.delete(latest);
  }

  #readBack(index: number): Promise<ArrayBuffer> {
    return this.#sink.read(index * BLOCK_BYTES, blockLength(this.#size, index));
  }
}
