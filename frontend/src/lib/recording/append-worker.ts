/**
 * Writes a file of the origin's private file system while it grows. Only a worker gets the handle that
 * writes in place: what a page's own writable has written is gone if the page is.
 */

export type AppendRequest = { id: number } & (
  | { call: "open"; path: string[]; name: string }
  | { call: "append"; bytes: ArrayBuffer }
  | { call: "overwrite"; at: number; bytes: ArrayBuffer }
  | { call: "close" }
);
export interface AppendAnswer {
  id: number;
  /** The name of what went wrong. */
  error?: string;
}

/** As the DOM's own types have it only for workers. */
interface SyncAccessHandle {
  write(bytes: ArrayBuffer, options: { at: number }): number;
  flush(): void;
  close(): void;
}

let file: SyncAccessHandle | undefined;
let size = 0;
/** One request after the other: a slice may come before the file is open. */
let turn = Promise.resolve();

self.addEventListener("message", ({ data: request }: MessageEvent<AppendRequest>) => {
  turn = turn.then(async () => {
    const answer: AppendAnswer = { id: request.id };
    try {
      await carryOut(request);
    } catch (cause) {
      answer.error = cause instanceof DOMException ? cause.name : String(cause);
    }
    self.postMessage(answer);
  });
});

async function carryOut(request: AppendRequest): Promise<void> {
  switch (request.call) {
    case "open": {
      let place = await navigator.storage.getDirectory();
      for (const part of request.path) {
        place = await place.getDirectoryHandle(part, { create: true });
      }
      const handle = await place.getFileHandle(request.name, { create: true });
      file = await (
        handle as FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncAccessHandle> }
      ).createSyncAccessHandle();
      return;
    }
    case "append":
      write(request.bytes, size);
      size += request.bytes.byteLength;
      file?.flush();
      return;
    case "overwrite":
      write(request.bytes, request.at);
      return;
    case "close":
      file?.flush();
      file?.close();
      file = undefined;
  }
}

function write(bytes: ArrayBuffer, at: number): void {
  if (!file) throw new Error("the file is not open");
  const written = file.write(bytes, { at });
  // Some browsers tell of a full disk by this alone.
  if (written !== bytes.byteLength) throw new DOMException("no room", "QuotaExceededError");
}
