import type { Offer } from "./control";

export type Described = Omit<Offer, "type" | "file" | "transfer" | "paused">;

/** What has to be known of a transfer to go on with it after this page is gone. */
export interface TransferRecord {
  transfer: string;
  direction: "sent" | "received";
  described: Described;
  /** Of a sent file: the hash of its first block, by which it is known when it is chosen again. */
  firstBlock?: string;
  /** Of a received file that is whole: what stands for it. */
  root?: string;
  /** Where the sender chose the file, in browsers that can tell: it can be read again without choosing again. */
  handle?: FileSystemFileHandle;
  /** The person has written it elsewhere, so the next page need not keep it. */
  saved?: boolean;
}

/** The records of one match. */
export interface Records {
  all(): Promise<TransferRecord[]>;
  put(record: TransferRecord): Promise<void>;
  remove(transfer: string): Promise<void>;
}

/** Changes to the records, one after the other, so that none is removed before it was written. */
export class RecordQueue {
  #last: Promise<unknown> = Promise.resolve();

  add(change: () => Promise<void>): void {
    this.#last = this.#last.then(change).catch((cause: unknown) => {
      // The transfer goes on without: it is only not found again after a reload.
      console.warn("a transfer could not be written down", cause);
    });
  }

  /** Once all that was asked for by now is written, or cannot be. */
  async settled(): Promise<void> {
    await this.#last;
  }
}

export function recordOf(
  transfer: string,
  direction: TransferRecord["direction"],
  { name, size, mime, lastModified, duration, thumbnail }: Offer,
  handle?: FileSystemFileHandle,
): TransferRecord {
  const described = { name, size, mime, lastModified, duration, thumbnail };
  return { transfer, direction, described, ...(handle ? { handle } : {}) };
}
