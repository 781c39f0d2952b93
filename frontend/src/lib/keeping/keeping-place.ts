import { bytesInMemory, openBlobSink } from "./blob-sink";
import { bytesToCome, openDiskSink } from "./disk-sink";
import { blocksOf, handoverDatabase } from "./handover-database";
import type { OpenSink } from "../transfer/sink";

/** What a page may hold in memory, all videos together, without a phone ending it for that. */
const MOST_IN_MEMORY = 200 * 1000 * 1000;

/** On disk where the browser has one for pages, else in the page, unless the disk has a part of it already. */
export const openSink: OpenSink = async (file) => {
  try {
    return await openDiskSink(file);
  } catch (cause) {
    if (file.size > roomInMemory() || (await isBegunOnDisk(file.transfer))) throw cause;
    console.warn("no disk to keep the video on, so the page keeps it", cause);
    return openBlobSink(file);
  }
};

async function isBegunOnDisk(transfer: string): Promise<boolean> {
  try {
    const database = await handoverDatabase();
    return (await database.count("blocks", blocksOf(transfer))) > 0;
  } catch {
    // Whoever writes nothing down has nothing on disk.
    return false;
  }
}

function roomInMemory(): number {
  return Math.max(0, MOST_IN_MEMORY - bytesInMemory());
}

export interface KeepingPlace {
  where: "disk" | "memory";
  /** Bytes that fit beside what has been accepted already; unknown where the browser does not say. */
  room: number | undefined;
}

/** Where a video would be kept, and how much of one: to be told before it is accepted. */
export async function keepingPlace(): Promise<KeepingPlace> {
  try {
    await navigator.storage.getDirectory();
  } catch {
    // Some browsers have none at all, others none in private windows.
    return { where: "memory", room: roomInMemory() };
  }
  try {
    const { quota, usage = 0 } = await navigator.storage.estimate();
    if (quota === undefined) return { where: "disk", room: undefined };
    return { where: "disk", room: Math.max(0, quota - usage - bytesToCome()) };
  } catch {
    return { where: "disk", room: undefined };
  }
}

/** Asks the browser not to take the video away when it wants space for something else. */
export async function keepForGood(): Promise<void> {
  try {
    await navigator.storage.persist();
  } catch {
    // Then it may; a block that is gone is asked for again.
  }
}
