// @vitest-environment node
import "fake-indexeddb/auto";
import { forceCloseDatabase } from "fake-indexeddb";
import { unwrap } from "idb";
import { beforeEach, expect, it, vi } from "vitest";
import { BLOCK_BYTES } from "../transfer/blocks";
import { bytesToCome, openDiskSink } from "./disk-sink";
import { handoverDatabase } from "./handover-database";

vi.mock("./received-folder", () => ({
  receivedFolder: () =>
    Promise.resolve({
      getFileHandle: () =>
        Promise.resolve({ getFile: () => Promise.resolve(new Blob([new Uint8Array(SIZE)])) }),
      removeEntry: () => Promise.resolve(),
    }),
}));
vi.mock("../worker-calls", () => ({
  WorkerCalls: class {
    ask = ({ block }: { block?: ArrayBuffer }) => Promise.resolve({ size: 0, block });
    close = vi.fn();
  },
}));

const SIZE = BLOCK_BYTES + 5;
const video = (transfer: string) => ({ transfer, size: SIZE, mime: "video/mp4" });

beforeEach(() => {
  vi.stubGlobal("Worker", vi.fn());
});

it("counts what is still to come, until it is whole or not wanted any more", async () => {
  const [whole, unwanted] = [await openDiskSink(video("a")), await openDiskSink(video("b"))];
  expect(bytesToCome()).toBe(2 * SIZE);
  await whole.write(0, new ArrayBuffer(BLOCK_BYTES), "hash");
  expect(bytesToCome()).toBe(SIZE + 5);
  await unwanted.discard();
  await whole.write(1, new ArrayBuffer(5), "hash");
  await whole.finish();
  expect(bytesToCome()).toBe(0);
});

it("writes down blocks also after the browser has closed the database", async () => {
  const sink = await openDiskSink(video("c"));
  await closedByBrowser(unwrap(await handoverDatabase()));
  await sink.write(0, new ArrayBuffer(BLOCK_BYTES), "hash");
  const database = await handoverDatabase();
  expect(await database.get("blocks", ["c", 0])).toBe("hash");
  await sink.forget(0);
  expect(await database.get("blocks", ["c", 0])).toBeUndefined();
  await sink.discard();
});

/** As it does when it is short of space, or when the site's data is cleared. */
function closedByBrowser(database: IDBDatabase): Promise<void> {
  return new Promise((resolve) => {
    database.addEventListener("close", () => resolve());
    forceCloseDatabase(database as never);
  });
}
