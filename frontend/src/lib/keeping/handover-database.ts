import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { TransferRecord } from "../transfer/records";

/** What handing over leaves on this device, beside the videos themselves (see `disk-sink.ts`). */
export interface HandoverSchema extends DBSchema {
  transfers: {
    // Both ends of a transfer may be in one browser.
    key: [me: string, transfer: string];
    value: StoredTransfer;
    indexes: { match: [me: string, matchId: string] };
  };
  /** Proven blocks of received files, each with its hash. */
  blocks: { key: [transfer: string, index: number]; value: string };
}

export interface StoredTransfer extends TransferRecord {
  /** A phone may be shared: what came for one person is not shown to another. */
  me: string;
  matchId: string;
  /** Milliseconds since 1970. */
  touchedAt: number;
}

export type HandoverDatabase = IDBPDatabase<HandoverSchema>;

let opened: Promise<HandoverDatabase> | undefined;

export function handoverDatabase(): Promise<HandoverDatabase> {
  opened ??= openDB<HandoverSchema>("spotlight-handover", 1, {
    upgrade(database) {
      const transfers = database.createObjectStore("transfers", { keyPath: ["me", "transfer"] });
      transfers.createIndex("match", ["me", "matchId"]);
      database.createObjectStore("blocks");
    },
    // The browser closed it, for instance as the person cleared this site's data.
    terminated: () => (opened = undefined),
  });
  opened.catch(() => (opened = undefined));
  return opened;
}

/** Every block of one transfer. */
export function blocksOf(transfer: string): IDBKeyRange {
  return IDBKeyRange.bound([transfer, 0], [transfer, Infinity]);
}
