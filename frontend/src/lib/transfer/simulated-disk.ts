/** What a browser keeps while its pages come and go, without a browser. */
import type { Records, TransferRecord } from "./records";
import { BLOCK_BYTES } from "./blocks";
import type { OpenSink } from "./sink";

interface StoredFile {
  bytes: Uint8Array<ArrayBuffer>;
  held: Map<number, string>;
}

export class Disk {
  readonly files = new Map<string, StoredFile>();
  readonly written = new Map<string, TransferRecord>();
  /** How many blocks fit in all. */
  room = Infinity;
  /** After so many it writes nothing any more, and does not say that it is full. */
  failsAfter = Infinity;
  /** Another page has it. */
  isHeld = false;
  opened = 0;
  /** One at a time writes to a file. */
  readonly #open = new Set<string>();

  /** As a browser does when a page is gone. */
  letGo(): void {
    this.#open.clear();
  }

  readonly records: Records = {
    all: () => Promise.resolve([...this.written.values()]),
    put: (record) => {
      this.written.set(record.transfer, structuredClone(record));
      return Promise.resolve();
    },
    remove: (transfer) => {
      this.written.delete(transfer);
      return Promise.resolve();
    },
  };

  readonly openSink: OpenSink = ({ transfer, size }) => {
    this.opened += 1;
    if (this.isHeld || this.#open.has(transfer))
      return Promise.reject(new Error("held by another page"));
    this.#open.add(transfer);
    const file = this.files.get(transfer) ?? { bytes: new Uint8Array(size), held: new Map() };
    this.files.set(transfer, file);
    const { bytes, held } = file;
    return Promise.resolve({
      held,
      durable: true,
      write: (index, block, hash) => {
        if (held.size >= this.room)
          return Promise.reject(new DOMException("the disk is full", "QuotaExceededError"));
        if (held.size >= this.failsAfter) return Promise.reject(new Error("an input/output error"));
        bytes.set(new Uint8Array(block), index * BLOCK_BYTES);
        held.set(index, hash);
        return Promise.resolve(block);
      },
      read(index) {
        const start = index * BLOCK_BYTES;
        return Promise.resolve(bytes.slice(start, start + BLOCK_BYTES).buffer);
      },
      forget(index) {
        held.delete(index);
        return Promise.resolve();
      },
      finish: () => {
        this.#open.delete(transfer);
        return Promise.resolve(new Blob([bytes]));
      },
      close: () => {
        this.#open.delete(transfer);
        return Promise.resolve();
      },
      discard: () => {
        this.#open.delete(transfer);
        this.files.delete(transfer);
        return Promise.resolve();
      },
    });
  };
}
