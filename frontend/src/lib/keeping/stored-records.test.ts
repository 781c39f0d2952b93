// @vitest-environment node
import "fake-indexeddb/auto";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { handoverDatabase } from "./handover-database";
import type { TransferRecord } from "../transfer/records";
import { storedRecords, sweepHandovers } from "./stored-records";

const removed = vi.hoisted(() => [] as string[]);
vi.mock("./disk-sink", () => ({
  removeFromDisk: (transfer: string) => Promise.resolve(void removed.push(transfer)),
}));

function record(transfer: string, direction: "sent" | "received"): TransferRecord {
  const described = { name: "heat-3.mp4", size: 9, mime: "video/mp4", lastModified: 0 };
  return { transfer, direction, described };
}

const [anna, ben] = [
  storedRecords({ me: "anna", matchId: "m" }),
  storedRecords({ me: "ben", matchId: "m" }),
];

beforeEach(async () => {
  const database = await handoverDatabase();
  await database.clear("transfers");
  await database.clear("blocks");
});

describe("records of transfers", () => {
  it("are found by who they are of, and in which match", async () => {
    await anna.put(record("t1", "sent"));
    await storedRecords({ me: "anna", matchId: "other" }).put(record("t2", "sent"));
    expect(await anna.all()).toMatchObject([{ transfer: "t1", direction: "sent" }]);
    expect(await ben.all()).toEqual([]);
  });

  it("of both ends in one browser do not touch each other", async () => {
    await anna.put(record("t1", "sent"));
    await ben.put(record("t1", "received"));
    await anna.remove("t1");
    expect(await anna.all()).toEqual([]);
    expect(await ben.all()).toMatchObject([{ transfer: "t1", direction: "received" }]);
  });

  it("give their space back once saved elsewhere or long forgotten", async () => {
    const database = await handoverDatabase();
    await ben.put(record("kept", "received"));
    await ben.put({ ...record("saved", "received"), root: "0", saved: true });
    await ben.put(record("old", "received"));
    await ben.put({ ...record("whole", "received"), root: "0" });
    for (const transfer of ["old", "whole"]) {
      const old = await database.get("transfers", ["ben", transfer]);
      if (old) await database.put("transfers", { ...old, touchedAt: 0 });
    }
    for (const transfer of ["kept", "saved", "old", "whole", "without a record"]) {
      await database.put("blocks", "hash", [transfer, 3]);
    }
    await sweepHandovers();
    expect(removed.sort()).toEqual(["old", "saved", "without a record"]);
    // The page has said of a whole one that it stays until it is removed.
    expect(await ben.all()).toMatchObject([{ transfer: "kept" }, { transfer: "whole" }]);
    expect(await database.getAllKeys("blocks")).toEqual([
      ["kept", 3],
      ["whole", 3],
    ]);
  });

  it("are there also when sweeping fails", async () => {
    vi.spyOn(console, "warn").mockReturnValue();
    await ben.put(record("kept", "received"));
    vi.resetModules();
    vi.doMock("./handover-database", async (original) => ({
      ...(await original<object>()),
      handoverDatabase: vi
        .fn(handoverDatabase)
        .mockRejectedValueOnce(new DOMException("closing", "InvalidStateError")),
    }));
    const again = await import("./stored-records");
    await again.sweepHandovers();
    await again.sweepHandovers();
    const found = await again.storedRecords({ me: "ben", matchId: "m" }).all();
    expect(found).toMatchObject([{ transfer: "kept" }]);
  });
});
