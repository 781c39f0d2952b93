import { BLOCK_BYTES, blockCount, blockLength, rootOf } from "./blocks";
import type { Source } from "./source";

export interface HashedBlock {
  index: number;
  bytes: ArrayBuffer;
  hash: string;
}

/** The file is not the one that was chosen any more. */
export class SourceChanged extends Error {}

/** How many blocks are read and hashed before the channel asks for them. */
const BLOCKS_AHEAD = 2;

/** Reads a file block by block, each with its hash, and notices when that is not what it was. */
export class BlockReader {
  readonly #source: Source;
  readonly #hashes = new Map<number, string>();

  constructor(source: Source) {
    this.#source = source;
  }

  /**
   * What a receiver who holds `held` lacks. A page that never hashed the held ones (its file was chosen again
   * after a reload) reads them too: two of them first, so that another file under the same name is noticed
   * before much of it is sent, the others last.
   */
  async *blocks(held: ReadonlySet<number>): AsyncGenerator<HashedBlock> {
    const ahead: Promise<HashedBlock>[] = [];
    for (const index of this.#order(held)) {
      const block = this.read(index);
      block.catch(metInItsTurn);
      ahead.push(block);
      if (ahead.length <= BLOCKS_AHEAD) continue;
      for (const next of ahead.splice(0, 1)) yield await next;
    }
    for (const block of ahead) yield await block;
  }

  async read(index: number): Promise<HashedBlock> {
    const length = blockLength(this.#source.size, index);
    const { block: bytes, hash } = await this.#source.read(index * BLOCK_BYTES, length);
    if (bytes.byteLength !== length) throw new SourceChanged("the file changed its size");
    if (hash !== (this.#hashes.get(index) ?? hash))
      throw new SourceChanged("the file changed its bytes");
    this.#hashes.set(index, hash);
    return { index, bytes, hash };
  }

  async hashOf(index: number): Promise<string> {
    const known = this.#hashes.get(index);
    if (known !== undefined) return known;
    const { bytes, hash } = await this.read(index);
    this.release(bytes);
    return hash;
  }

  /** What stands for the whole file; reads what has not been read yet. */
  async root(): Promise<string> {
    const hashes: string[] = [];
    for (let index = 0; index < blockCount(this.#source.size); index++) {
      hashes.push(await this.hashOf(index));
    }
    return rootOf(hashes);
  }

  /** Takes a block back that was sent, or need not be. */
  release(block: ArrayBuffer): void {
    this.#source.release(block);
  }

  close(): void {
    this.#source.close();
  }

  #order(held: ReadonlySet<number>): number[] {
    const all = Array.from({ length: blockCount(this.#source.size) }, (_, index) => index);
    const lacking = all.filter((index) => !held.has(index));
    const unknown = all.filter((index) => held.has(index) && !this.#hashes.has(index));
    const probes = [...new Set([unknown[0], unknown.at(-1)])].filter(
      (index) => index !== undefined,
    );
    return [...probes, ...lacking, ...unknown.filter((index) => !probes.includes(index))];
  }
}

function metInItsTurn(): void {
  // A block that cannot be read fails when its turn to be sent comes; until then it is nobody's fault.
}
