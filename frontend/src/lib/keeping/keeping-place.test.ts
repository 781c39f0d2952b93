// @vitest-environment node
import "fake-indexeddb/auto";
import { beforeEach, expect, it, vi } from "vitest";
import { handoverDatabase } from "./handover-database";
import { keepingPlace, openSink } from "./keeping-place";

const fault = vi.hoisted(() => new Error("the worker could not run"));
vi.mock("./disk-sink", () => ({
  openDiskSink: () => Promise.reject(fault),
  bytesToCome: () => 300,
}));

const video = (transfer: string, size = 5) => ({ transfer, size, mime: "video/mp4" });

beforeEach(() => {
  vi.unstubAllGlobals();
  vi.spyOn(console, "warn").mockReturnValue();
});

it("keeps a new video in the page where the disk cannot be used", async () => {
  const sink = await openSink(video("new"));
  expect(sink.durable).toBe(false);
  await sink.discard();
});

it("begins nothing anew in the page that an earlier one has on disk", async () => {
  await (await handoverDatabase()).put("blocks", "hash", ["begun", 0]);
  await expect(openSink(video("begun"))).rejects.toBe(fault);
});

it("keeps 200 MB in the page, all videos together, until they are removed", async () => {
  const first = await openSink(video("first", 150_000_000));
  expect(await keepingPlace()).toEqual({ where: "memory", room: 50_000_000 });
  await expect(openSink(video("second", 60_000_000))).rejects.toBe(fault);
  await first.discard();
  await first.discard();
  const second = await openSink(video("second", 60_000_000));
  expect(await keepingPlace()).toEqual({ where: "memory", room: 140_000_000 });
  await second.close();
});

it("leaves room on disk for what was accepted and has not come yet", async () => {
  vi.stubGlobal("navigator", {
    storage: {
      getDirectory: () => Promise.resolve({}),
      estimate: () => Promise.resolve({ quota: 1000, usage: 100 }),
    },
  });
  expect(await keepingPlace()).toEqual({ where: "disk", room: 600 });
});
