import { removeFromDisk } from "./disk-sink";
import {
  blocksOf,
  type HandoverDatabase,
  handoverDatabase,
  type StoredTransfer,
} from "./handover-database";
import type { Records, TransferRecord } from "../transfer/records";

/** Nobody comes back for the rest of a video after so long. One that is whole stays until it is removed. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** Records of one match that outlive the page. */
export function storedRecords({ me, matchId }: { me: string; matchId: string }): Records {
  return {
    async all() {
      const database = await handoverDatabase();
      return database.getAllFromIndex("transfers", "match", [me, matchId]);
    },
    async put(record: TransferRecord) {
      const database = await handoverDatabase();
      await database.put("transfers", { ...record, me, matchId, touchedAt: Date.now() });
    },
    async remove(transfer) {
      const database = await handoverDatabase();
      await database.delete("transfers", [me, transfer]);
    },
  };
}

let swept: Promise<void> | undefined;

/**
 * Gives back the space of what was saved elsewhere, and of what never arrived whole and nobody has asked for
 * in a long time. Once in the life of a page, before it shows anything: what it shows stays. Never rejects:
 * space that was not given back keeps nobody from what is there.
 */
export function sweepHandovers(): Promise<void> {
  swept ??= sweep(Date.now()).catch((cause: unknown) => {
    console.warn("old videos could not be removed", cause);
  });
  return swept;
}

async function sweep(now: number): Promise<void> {
  const database = await handoverDatabase();
  for (const record of await database.getAll("transfers")) {
    if (!isForgotten(record, now)) continue;
    const { me, transfer, direction } = record;
    if (direction === "received") await giveBack(database, transfer);
    await database.delete("transfers", [me, transfer]);
  }
  // A record is written before the first block, and goes before the last: a page may have ended in between.
  const recorded = new Set((await database.getAll("transfers")).map(({ transfer }) => transfer));
  const begun = new Set((await database.getAllKeys("blocks")).map(([transfer]) => transfer));
  for (const transfer of begun) if (!recorded.has(transfer)) await giveBack(database, transfer);
}

async function giveBack(database: HandoverDatabase, transfer: string): Promise<void> {
  await removeFromDisk(transfer);
  await database.delete("blocks", blocksOf(transfer));
}

function isForgotten({ root, saved, touchedAt }: StoredTransfer, now: number): boolean {
  return saved === true || (root === undefined && now - touchedAt >= KEPT_MS);
}
