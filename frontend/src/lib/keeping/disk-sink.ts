import { BLOCK_BYTES, blockLength } from "../transfer/blocks";
import type { DiskAnswer, DiskRequest } from "./disk-worker";
import { blocksOf, handoverDatabase } from "./handover-database";
import { receivedFolder } from "./received-folder";
import { harmlessType, type OpenSink, type Sink, type SinkFile } from "../transfer/sink";
import { WorkerCalls } from "../worker-calls";

/** Those that are still to be written to. */
const open = new Set<DiskSink>();

/** What the files under way will still take of the disk, in bytes. */
export function bytesToCome(): number {
  return [...open].reduce((sum, sink) => sum + sink.lacking, 0);
}

type Disk = WorkerCalls<DiskRequest, DiskAnswer>;

/**
 * Keeps the file in the origin's private file system, which takes it as it comes and has it after a reload or
 * a crash. A block counts as held when it was flushed and then written down, in this order.
 */
export const openDiskSink: OpenSink = async (file) => {
  // Asked here first, as the file is read from here in the end.
  await receivedFolder();
  const disk: Disk = new WorkerCalls(
    new Worker(new URL("./disk-worker.ts", import.meta.url), { type: "module" }),
  );
  try {
    const { size = 0 } = await disk.ask({ call: "open", name: file.transfer });
    return new DiskSink(file, disk, await heldBlocks(file, size));
  } catch (cause) {
    disk.close();
    throw cause;
  }
};

class DiskSink implements Sink {
  readonly durable = true;
  readonly #file: SinkFile;
  readonly #disk: Disk;
  readonly #held: Map<number, string>;
  #closed = false;

  constructor(file: SinkFile, disk: Disk, held: Map<number, string>) {
    this.#file = file;
    this.#disk = disk;
    this.#held = held;
    open.add(this);
  }

  get lacking(): number {
    const { size } = this.#file;
    return [...this.#held.keys()].reduce((sum, index) => sum - blockLength(size, index), size);
  }

  get held(): ReadonlyMap<number, string> {
    return this.#held;
  }

  async write(index: number, block: ArrayBuffer, hash: string): Promise<ArrayBuffer | undefined> {
    const offset = index * BLOCK_BYTES;
    const { block: spare } = await this.#disk.ask({ call: "write", offset, block }, [block]);
    const database = await handoverDatabase();
    await database.put("blocks", hash, [this.#file.transfer, index]);
    this.#held.set(index, hash);
    return spare;
  }

  async read(index: number, spare?: ArrayBuffer): Promise<ArrayBuffer> {
    const offset = index * BLOCK_BYTES;
    const length = blockLength(this.#file.size, index);
    const into = spare?.byteLength === length ? spare : new ArrayBuffer(length);
    const { block } = await this.#disk.ask({ call: "read", offset, into }, [into]);
    if (!block) throw new Error("the disk answered without a block");
    return block;
  }

  async forget(index: number): Promise<void> {
    this.#held.delete(index);
    const database = await handoverDatabase();
    await database.delete("blocks", [this.#file.transfer, index]);
  }

  async finish(): Promise<Blob> {
    await this.close();
    const folder = await receivedFolder();
    const handle = await folder.getFileHandle(this.#file.transfer);
    const file = await handle.getFile();
    if (file.size !== this.#file.size) throw new Error(`${file.size} bytes are on the disk`);
    // A part of a file on disk is still on disk, and may have another type.
    return file.slice(0, file.size, harmlessType(this.#file.mime));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    open.delete(this);
    try {
      await this.#disk.ask({ call: "close" });
    } finally {
      this.#disk.close();
    }
  }

  async discard(): Promise<void> {
    this.#closed = true;
    open.delete(this);
    this.#disk.close();
    const database = await handoverDatabase();
    await database.delete("blocks", blocksOf(this.#file.transfer));
    await removeFromDisk(this.#file.transfer);
  }
}

/** A worker that was just ended may hold its file for a moment more. */
const REMOVE_TRIES = 25;
const REMOVE_PAUSE_MS = 200;

export async function removeFromDisk(transfer: string): Promise<void> {
  for (let tries = 0; tries < REMOVE_TRIES; tries++) {
    try {
      await (await receivedFolder()).removeEntry(transfer);
      return;
    } catch (cause) {
      if (!(cause instanceof DOMException) || cause.name !== "NoModificationAllowedError") return;
      await new Promise((resolve) => setTimeout(resolve, REMOVE_PAUSE_MS));
    }
  }
}

/** What is written down, as far as the file reaches: a browser short of space may have taken it away. */
async function heldBlocks(
  { transfer, size }: SinkFile,
  onDisk: number,
): Promise<Map<number, string>> {
  const range = blocksOf(transfer);
  const database = await handoverDatabase();
  const { store } = database.transaction("blocks");
  const [keys, hashes] = await Promise.all([store.getAllKeys(range), store.getAll(range)]);
  const held = new Map<number, string>();
  keys.forEach(([, index], nth) => {
    const hash = hashes[nth];
    const past = index * BLOCK_BYTES + blockLength(size, index);
    if (hash !== undefined && past <= onDisk) held.set(index, hash);
  });
  return held;
}
