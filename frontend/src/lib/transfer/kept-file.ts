import { blockLength } from "./blocks";
import type { Digested, Hasher } from "./hasher";
import type { OpenSink, Sink, SinkFile } from "./sink";

/** How an accepted file is to be kept. */
export interface Keeping {
  openSink: OpenSink;
  createHasher: () => Hasher;
}

/** The part of a file that is here and proven. */
export class KeptFile {
  readonly #sink: Sink;
  readonly #hasher: Hasher;
  /** Blocks that were proven by an earlier page, and since then were only said to be there. */
  readonly #inherited: Set<number>;

  private constructor(sink: Sink, hasher: Hasher) {
    this.#sink = sink;
    this.#hasher = hasher;
    this.#inherited = new Set(sink.held.keys());
  }

  static async open(file: SinkFile, { openSink, createHasher }: Keeping): Promise<KeptFile> {
    return new KeptFile(await openSink(file), createHasher());
  }

  /** The blocks that are held, by the hash each was proven by. */
  get held(): ReadonlyMap<number, string> {
    return this.#sink.held;
  }

  bytesHeld(size: number): number {
    return [...this.held.keys()].reduce((sum, index) => sum + blockLength(size, index), 0);
  }

  get durable(): boolean {
    return this.#sink.durable;
  }

  /** Hands the buffer back beside its hash. */
  digest(block: ArrayBuffer): Promise<Digested> {
    return this.#hasher.digest(block);
  }

  /** Resolves once the block is kept and need not be in memory any more, to the buffer where that is free. */
  keep(index: number, block: ArrayBuffer, hash: string): Promise<ArrayBuffer | undefined> {
    return this.#sink.write(index, block, hash);
  }

  /** Reads what an earlier page kept once more, and answers the blocks that are not what they were. */
  async damaged(): Promise<number[]> {
    const damaged: number[] = [];
    let spare: ArrayBuffer | undefined;
    for (const index of this.#inherited) {
      const expected = this.#sink.held.get(index);
      if (expected !== undefined) {
        const found = await this.#read(index, spare);
        spare = found?.block;
        if (found?.hash !== expected) {
          damaged.push(index);
          await this.#sink.forget(index);
        }
      }
      this.#inherited.delete(index);
    }
    return damaged;
  }

  async finish(): Promise<Blob> {
    const file = await this.#sink.finish();
    this.#hasher.close();
    return file;
  }

  close(): Promise<void> {
    this.#hasher.close();
    return this.#sink.close();
  }

  discard(): Promise<void> {
    this.#hasher.close();
    return this.#sink.discard();
  }

  /** None where it cannot be read any more. */
  async #read(index: number, spare?: ArrayBuffer) {
    try {
      return await this.#hasher.digest(await this.#sink.read(index, spare));
    } catch {
      return undefined;
    }
  }
}
