import { openBlobSink } from "./blob-sink";
import { openDiskSink } from "./disk-sink";
import type { OpenSink } from "../transfer/sink";

/** What a page may hold in memory without a phone ending it for that. */
export const MOST_IN_MEMORY = 200 * 1000 * 1000;

/** On disk where the browser has one for pages, else in the page. */
export const openSink: OpenSink = async (file) => {
  try {
    return await openDiskSink(file);
  } catch (cause) {
    if (file.size > MOST_IN_MEMORY) throw cause;
    console.warn("no disk to keep the video on, so the page keeps it", cause);
    return openBlobSink(file);
  }
};

export interface KeepingPlace {
  where: "disk" | "memory";
  /** Bytes that fit; unknown where the browser does not say. */
  room: number | undefined;
}

/** Where a video would be kept, and how much of one: to be told before it is accepted. */
export async function keepingPlace(): Promise<KeepingPlace> {
  try {
    await navigator.storage.getDirectory();
  } catch {
    // Some browsers have none at all, others none in private windows.
    return { where: "memory", room: MOST_IN_MEMORY };
  }
  try {
    const { quota, usage = 0 } = await navigator.storage.estimate();
    return { where: "disk", room: quota === undefined ? undefined : Math.max(0, quota - usage) };
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
