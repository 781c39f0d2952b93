import { receivedFolder } from "./received-folder";
import { answerCalls } from "../worker-calls";

export type DiskRequest =
  | { call: "open"; name: string }
  | { call: "write"; offset: number; block: ArrayBuffer }
  | { call: "read"; offset: number; into: ArrayBuffer }
  | { call: "close" };

export interface DiskAnswer {
  /** Of the file that was opened, in bytes. */
  size?: number;
  /** What was read, or the memory of what was written. */
  block?: ArrayBuffer;
}

/** Workers have it and pages have not, so the page's types do not know it. */
interface SyncAccessHandle {
  read(buffer: ArrayBuffer, options: { at: number }): number;
  write(buffer: ArrayBuffer, options: { at: number }): number;
  getSize(): number;
  flush(): void;
  close(): void;
}

/** A page that was just left may hold the file for a moment more. */
const HELD_TRIES = 50;
const HELD_PAUSE_MS = 200;

let file: SyncAccessHandle | undefined;
let flushing: Promise<void> | undefined;

answerCalls(answer, ({ block }) => (block ? [block] : []));

async function answer(request: DiskRequest): Promise<DiskAnswer> {
  if (request.call === "open") {
    file = await open(request.name);
    return { size: file.getSize() };
  }
  if (!file) throw new Error("no file is open");
  switch (request.call) {
    case "write":
      write(file, request.block, request.offset);
      await flushed(file);
      return { block: request.block };
    case "read":
      read(file, request.into, request.offset);
      return { block: request.into };
    case "close":
      file.close();
      file = undefined;
      return {};
  }
}

async function open(name: string): Promise<SyncAccessHandle> {
  const folder = await receivedFolder();
  const handle = await folder.getFileHandle(name, { create: true });
  if (!("createSyncAccessHandle" in handle))
    throw new Error("this browser writes no files in workers");
  const create = handle.createSyncAccessHandle as () => Promise<SyncAccessHandle>;
  for (let tries = 0; ; tries++) {
    try {
      return await create.call(handle);
    } catch (cause) {
      const held = cause instanceof DOMException && cause.name === "NoModificationAllowedError";
      if (!held || tries >= HELD_TRIES) throw cause;
      await new Promise((resolve) => setTimeout(resolve, HELD_PAUSE_MS));
    }
  }
}

function write(to: SyncAccessHandle, block: ArrayBuffer, offset: number): void {
  const written = to.write(block, { at: offset });
  if (written === block.byteLength) return;
  // A full disk may take a part and say nothing more.
  throw new DOMException(`only ${written} bytes could be written`, "QuotaExceededError");
}

function read(from: SyncAccessHandle, block: ArrayBuffer, offset: number): void {
  const got = from.read(block, { at: offset });
  if (got !== block.byteLength) throw new Error(`only ${got} bytes could be read`);
}

/** Whatever else waits to be written goes first, so that one flush serves all of it. */
function flushed(handle: SyncAccessHandle): Promise<void> {
  flushing ??= new Promise((resolve, reject) => {
    setTimeout(() => {
      flushing = undefined;
      try {
        handle.flush();
        resolve();
      } catch (cause) {
        reject(cause instanceof Error ? cause : new Error(String(cause)));
      }
    });
  });
  return flushing;
}
