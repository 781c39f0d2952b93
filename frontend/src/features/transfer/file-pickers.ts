/** The browser's own dialogs for files, where they give more than a form does: a way back to the file. */
import type { ChosenVideo } from "../../lib/chosen-video";

interface PickerType {
  description: string;
  accept: Record<`${string}/${string}`, `.${string}`[]>;
}

interface Pickers {
  showOpenFilePicker?: (options: {
    multiple: boolean;
    types: PickerType[];
  }) => Promise<FileSystemFileHandle[]>;
  showSaveFilePicker?: (options: { suggestedName: string }) => Promise<FileSystemFileHandle>;
}

const pickers = globalThis as Pickers;

const VIDEOS: PickerType = {
  description: "Videos",
  accept: {
    "video/*": [".mp4", ".mov", ".m4v", ".webm", ".mkv", ".avi", ".mts", ".m2ts", ".3gp", ".insv"],
  },
};

/** On a phone the form's own choice is better: it leads to the gallery and the camera. */
export function hasOpenPicker(): boolean {
  return (
    "showOpenFilePicker" in pickers && matchMedia("(hover: hover) and (pointer: fine)").matches
  );
}

/** `undefined` when the person closed it, or the browser would not open it. */
export async function pickVideos(): Promise<ChosenVideo[] | undefined> {
  try {
    const handles = (await pickers.showOpenFilePicker?.({ multiple: true, types: [VIDEOS] })) ?? [];
    return await Promise.all(
      handles.map(async (handle) => ({ file: await handle.getFile(), handle })),
    );
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") return [];
    return undefined;
  }
}

export function hasSavePicker(): boolean {
  return "showSaveFilePicker" in pickers;
}

/** `undefined` when the person closed it. */
export async function pickPlaceFor(name: string): Promise<FileSystemFileHandle | undefined> {
  try {
    return await pickers.showSaveFilePicker?.({ suggestedName: name });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") return undefined;
    throw cause;
  }
}
