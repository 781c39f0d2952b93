import { BLOCK_BYTES, blockCount, blockLength, rootOf } from "./blocks";
import type { Hasher } from "./hasher";
import type { Source } from "./source";

export interface HashedBlock {
  index: number;
  bytes: ArrayBuffer;
  hash: string;
}

/** What stands for the whole file: SHA-256 of the block hashes, and of the file itself. */
export interface Proof {
  root: string;
  sha256: string;
}

/** How many blocks are read and hashed before the channel asks for them. */
const BLOCKS_AHEAD = 2;

/**
 * Reads a file block by block and hashes each on its way: by itself, and into the hash of the whole,
 * which only grows in file order. What has been hashed once is not hashed again when a block is reread.
 */
export class BlockReader {
  readonly #source: Source;
  readonly #hasher: Hasher;
  readonly #hashes: string[] = [];
  #hashing: Promise<unknown> = Promise.resolve();
  #proof: Promise<Proof> | undefined;

  constructor(source: Source, hasher: Hasher) {
    this.#source = source;
    this.#hasher = hasher;
  }

  /** All blocks in order, save those that `skip` names and whose hash is known already. */
  async *blocks(skip: ReadonlySet<number>): AsyncGenerator<HashedBlock> {
    const ahead: Promise<HashedBlock>[] = [];
    const count = blockCount(this.#source.size);
    for (let index = 0; index < count; index++) {
      if (skip.has(index) && index < this.#hashes.length) continue;
      const block = this.read(index);
      block.catch(metInItsTurn);
      ahead.push(block);
      if (ahead.length <= BLOCKS_AHEAD) continue;
      for (const next of ahead.splice(0, 1)) yield await next;
    }
    for (const block of ahead) yield await block;
  }

  read(index: number): Promise<HashedBlock> {
    const length = blockLength(this.#source.size, index);
    const reading = this.#source.read(index * BLOCK_BYTES, length);
    reading.catch(metInItsTurn);
    const hashed = this.#hashing.then(async () => this.#hash(index, length, await reading));
    this.#hashing = hashed.catch(metInItsTurn);
    return hashed;
  }

  /** Once every block has been read. */
  proof(): Promise<Proof> {
    // A running hash ends only once, however many connections the proof is told on.
    this.#proof ??= this.#prove();
    return this.#proof;
  }

  async #prove(): Promise<Proof> {
    await this.#hashing;
    return { root: await rootOf(this.#hashes), sha256: await this.#hasher.whole() };
  }

  async #hash(index: number, length: number, bytes: ArrayBuffer): Promise<HashedBlock> {
    if (bytes.byteLength !== length) throw new RangeError("the file changed its size");
    const known = this.#hashes[index];
    if (known !== undefined) return { index, bytes, hash: known };
    const { hash, block } = await this.#hasher.digest(bytes);
    this.#hashes[index] = hash;
    return { index, bytes: await this.#hasher.append(block), hash };
  }
}

function metInItsTurn(): void {
  // A block that cannot be read fails when its turn to be sent comes; until then it is nobody's fault.
}
