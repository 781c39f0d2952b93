import { directory, freeName, keptPath, withType, writingLock } from "../kept-videos";
import type { AppendAnswer, AppendRequest } from "./append-worker";
import type { ChosenVideo } from "../chosen-video";

/** Where a recording goes while it grows. */
export interface RecordingFile {
  /** Whether what is written outlives the page. */
  readonly durable: boolean;
  append(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Within the first slice only. */
  overwrite(at: number, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  finish(): Promise<ChosenVideo>;
}

/** On disk, or in memory where the browser has no private file system, as in some private windows. */
export async function openRecordingFile(
  folder: string,
  name: string,
  mime: string,
): Promise<RecordingFile> {
  try {
    return await openOnDisk(folder, name);
  } catch (cause) {
    console.warn("the recording is kept in memory", cause);
    return inMemory(name, mime);
  }
}

type Call<T = AppendRequest> = T extends unknown ? Omit<T, "id"> : never;

async function openOnDisk(folder: string, wanted: string): Promise<RecordingFile> {
  const path = keptPath(folder);
  const place = await directory(path, { create: true });
  if (!place) throw new Error("no private file system");
  const name = await freeName(place, wanted);
  const release = await hold(writingLock(folder, name));

  const worker = new Worker(new URL("./append-worker.ts", import.meta.url), { type: "module" });
  const waiting = new Map<number, (error: string | undefined) => void>();
  let lastId = 0;
  worker.addEventListener("message", ({ data: { id, error } }: MessageEvent<AppendAnswer>) => {
    waiting.get(id)?.(error);
    waiting.delete(id);
  });
  worker.addEventListener("error", () => {
    for (const answer of waiting.values()) answer("the worker could not run");
  });
  const ask = (call: Call) =>
    new Promise<void>((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, (error) => {
        if (error === undefined) resolve();
        else reject(new DOMException("the recording could not be written", error));
      });
      worker.postMessage({ ...call, id }, "bytes" in call ? [call.bytes] : []);
    });
  const end = () => {
    worker.terminate();
    release();
  };

  try {
    await ask({ call: "open", path, name });
  } catch (cause) {
    end();
    throw cause;
  }
  return {
    durable: true,
    append: ({ buffer }) => ask({ call: "append", bytes: buffer }),
    overwrite: (at, { buffer }) => ask({ call: "overwrite", at, bytes: buffer }),
    async finish() {
      await ask({ call: "close" }).finally(end);
      const handle = await place.getFileHandle(name);
      return { file: withType(await handle.getFile()), handle };
    },
  };
}

function inMemory(name: string, mime: string): RecordingFile {
  const parts: Blob[] = [];
  return {
    durable: false,
    append(bytes) {
      parts.push(new Blob([bytes]));
      return Promise.resolve();
    },
    overwrite(at, bytes) {
      const [first = new Blob()] = parts;
      parts[0] = new Blob([first.slice(0, at), bytes, first.slice(at + bytes.length)]);
      return Promise.resolve();
    },
    finish: () =>
      Promise.resolve({ file: new File(parts, name, { type: mime.replace(/;.*/, "") }) }),
  };
}

/** Answers how to let go. */
function hold(lock: string): Promise<() => void> {
  return new Promise((held, failed) => {
    navigator.locks
      .request(lock, () => new Promise<void>((release) => held(release)))
      .catch(failed);
  });
}
