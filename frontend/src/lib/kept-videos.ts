/**
 * Videos on their way to a partner that this browser itself keeps, in the origin's private file system:
 * what was recorded here, and what the phone's gallery shared with the app. A folder for each match and
 * person, so that nobody is offered the video of another account on the same device.
 */

export interface KeptVideo {
  file: File;
  handle: FileSystemFileHandle;
  /** The partner is known to have it. */
  delivered: boolean;
}

const ROOT = "outgoing";
/** Beside the video, empty: says since when the partner has it. */
const DELIVERED = ".delivered";
/** The partner may still lose what they received; after a day they had the time to save it. */
const KEPT_AFTER_DELIVERY_MS = 24 * 60 * 60 * 1000;
/** A video nobody asked for in so long is one that nobody will: its match may be over. */
const FORGOTTEN_AFTER_MS = 30 * 24 * 60 * 60 * 1000;
/** A file that ends before its first picture does: a recording cut off in its first second. */
const NO_PICTURE_BYTES = 16 * 1024;

export function keptBy(person: string, matchId: string): string {
  return `${matchId} ${person}`;
}

/** The folder's place from the root of the private file system. */
export const keptPath = (folder: string): [string, string] => [ROOT, folder];

/** Held by whoever is still writing the video. */
export const writingLock = (folder: string, name: string): string => `writing ${folder}/${name}`;

export function canKeepVideos(): boolean {
  return "storage" in navigator && "getDirectory" in navigator.storage;
}

/** `undefined` when there is no such folder, or this browser has no private file system. */
export async function directory(
  path: readonly string[],
  { create = false } = {},
): Promise<FileSystemDirectoryHandle | undefined> {
  if (!canKeepVideos()) return undefined;
  try {
    let place = await navigator.storage.getDirectory();
    for (const name of path) place = await place.getDirectoryHandle(name, { create });
    return place;
  } catch (cause) {
    if (create) throw cause;
    return undefined;
  }
}

/** What is kept for this match, the oldest first; what nobody needs any more is removed on the way. */
export async function keptVideos(folder: string): Promise<KeptVideo[]> {
  const place = await directory(keptPath(folder));
  if (!place) return [];
  const { held = [] } = await navigator.locks.query();
  const writing = new Set(held.map(({ name }) => name));
  const files = new Map<string, FileSystemFileHandle>();
  for await (const [name, handle] of place.entries()) {
    if (handle.kind === "file") files.set(name, handle as FileSystemFileHandle);
  }

  const kept: KeptVideo[] = [];
  for (const [name, handle] of files) {
    if (name.endsWith(DELIVERED) || writing.has(writingLock(folder, name))) continue;
    const file = await handle.getFile();
    const delivery = await files.get(name + DELIVERED)?.getFile();
    const old = delivery && Date.now() - delivery.lastModified > KEPT_AFTER_DELIVERY_MS;
    if (old || file.size < NO_PICTURE_BYTES) await forgetVideo(folder, name);
    else kept.push({ file: withType(file), handle, delivered: delivery !== undefined });
  }
  return kept.sort((a, b) => a.file.lastModified - b.file.lastModified);
}

/** Moves a file in; answers its name there. */
export async function keepForMatch(folder: string, handle: FileSystemFileHandle): Promise<string> {
  const place = await directory(keptPath(folder), { create: true });
  if (!place) throw new Error("this browser has no private file system");
  const name = await freeName(place, handle.name);
  const movable = handle as FileSystemFileHandle & {
    move(to: FileSystemDirectoryHandle, name: string): Promise<void>;
  };
  await movable.move(place, name);
  return name;
}

/** Two recordings may begin within one minute, and two cameras name their files alike. */
export async function freeName(place: FileSystemDirectoryHandle, wanted: string): Promise<string> {
  const taken = new Set<string>();
  for await (const name of place.keys()) taken.add(name);
  const dot = wanted.lastIndexOf(".");
  const end = dot > 0 ? dot : wanted.length;
  let name = wanted;
  for (let count = 2; taken.has(name); count++) {
    name = `${wanted.slice(0, end)} (${count})${wanted.slice(end)}`;
  }
  return name;
}

/** Matches that are over are not looked at again, so their videos are found here. */
export async function forgetOldVideos(now = Date.now()): Promise<void> {
  const root = await directory([ROOT]);
  if (!root) return;
  const folders: string[] = [];
  for await (const folder of root.keys()) folders.push(folder);
  for (const folder of folders) {
    // What was delivered a day ago goes on the way.
    for (const { file } of await keptVideos(folder)) {
      if (now - file.lastModified > FORGOTTEN_AFTER_MS) await forgetVideo(folder, file.name);
    }
  }
}

export async function forgetVideo(folder: string, name: string): Promise<void> {
  const place = await directory(keptPath(folder));
  if (!place) return;
  for (const gone of [name, name + DELIVERED]) {
    await place.removeEntry(gone).catch((cause: unknown) => {
      if (!(cause instanceof DOMException && cause.name === "NotFoundError")) throw cause;
    });
  }
}

export async function markDelivered(folder: string, name: string): Promise<void> {
  const place = await directory(keptPath(folder));
  await place?.getFileHandle(name + DELIVERED, { create: true });
}

/** Not every browser tells a type by the name here, and a player wants one. */
export function withType(file: File): File {
  if (file.type) return file;
  const type = /\.webm$/i.test(file.name) ? "video/webm" : "video/mp4";
  return new File([file], file.name, { type, lastModified: file.lastModified });
}
