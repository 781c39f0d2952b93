/** What the phone's gallery shared with the app, as public/share-target.js left it. */
import { directory, keepForMatch, withType } from "../../lib/kept-videos";

export interface SharedVideo {
  /** The share it came with. */
  share: string;
  file: File;
  handle: FileSystemFileHandle;
}

const ROOT = ["shared"];
const KEPT_MS = 24 * 60 * 60 * 1000;

/** The latest first, without those that nobody claimed within a day. */
export async function sharedVideos(): Promise<SharedVideo[]> {
  await forgetOldShares();
  const root = await directory(ROOT);
  const videos: SharedVideo[] = [];
  if (!root) return videos;
  for await (const [share, place] of root.entries()) {
    if (place.kind !== "directory") continue;
    for await (const handle of (place as FileSystemDirectoryHandle).values()) {
      if (handle.kind !== "file") continue;
      const found = handle as FileSystemFileHandle;
      videos.push({ share, file: withType(await found.getFile()), handle: found });
    }
  }
  return videos.sort((a, b) => Number(b.share) - Number(a.share));
}

export async function forgetOldShares(now = Date.now()): Promise<void> {
  const root = await directory(ROOT);
  if (!root) return;
  const shares: string[] = [];
  for await (const share of root.keys()) shares.push(share);
  for (const share of shares) {
    if (now - Number(share) > KEPT_MS) await root.removeEntry(share, { recursive: true });
  }
}

export async function forgetShared({ share, file }: SharedVideo): Promise<void> {
  await (await directory([...ROOT, share]))?.removeEntry(file.name);
}

/** From here on the match keeps them; answers their names there. */
export async function claim(videos: readonly SharedVideo[], folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const { handle } of videos) names.push(await keepForMatch(folder, handle));
  return names;
}
