import { useEffect, useEffectEvent, useState } from "react";
import type { ChosenVideo } from "../../lib/chosen-video";

export interface Dropped {
  videos: ChosenVideo[];
  folders: number;
}

/**
 * Files may be dropped anywhere on the page: a browser opens what is dropped beside a small target, and
 * that would be the end of the page and of what is under way on it.
 */
export function useFileDrop(onDrop: (dropped: Dropped) => void): { over: boolean } {
  const [over, setOver] = useState(false);
  const dropped = useEffectEvent(onDrop);

  useEffect(() => {
    const drag = (event: DragEvent) => {
      if (!bringsFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      // From one element to the next it is not gone.
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!bringsFiles(event)) return;
      event.preventDefault();
      setOver(false);
      void filesOf(event).then(dropped);
    };
    window.addEventListener("dragover", drag);
    window.addEventListener("dragleave", leave);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragover", drag);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("drop", drop);
    };
  }, []);

  return { over };
}

function bringsFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes("Files") ?? false;
}

type Item = DataTransferItem & {
  getAsFileSystemHandle?: () => Promise<FileSystemHandle | null>;
};

/** Everything is asked for at once: the items are empty as soon as the event is over. */
async function filesOf({ dataTransfer }: DragEvent): Promise<Dropped> {
  const items = [...(dataTransfer?.items ?? [])].filter(({ kind }) => kind === "file") as Item[];
  const all = await Promise.all(
    items.map(async (item) => {
      const entry = item.webkitGetAsEntry();
      const file = item.getAsFile();
      const handle = item.getAsFileSystemHandle?.().catch(() => null);
      if (entry?.isDirectory) return "folder";
      if (!file) return undefined;
      const found = await handle;
      return found?.kind === "file" ? { file, handle: found as FileSystemFileHandle } : { file };
    }),
  );
  return {
    videos: all.filter((one) => typeof one === "object"),
    folders: all.filter((one) => one === "folder").length,
  };
}
