// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BLOCK_BYTES } from "./blocks";
import { connectPeople, Person } from "./simulated-person";
import { memorySource, sha256, type SimulatedLanes, someBytes } from "./simulation";

const BYTES = someBytes(6 * BLOCK_BYTES);

let anna: Person, ben: Person, toBen: SimulatedLanes, toAnna: SimulatedLanes;

vi.setConfig({ testTimeout: 60_000 });
beforeEach(() => {
  vi.spyOn(console, "warn").mockReturnValue();
  vi.spyOn(console, "error").mockReturnValue();
  [anna, ben] = [new Person(), new Person()];
  [toBen, toAnna] = connectPeople(anna, ben);
});
afterEach(() => {
  expect([...anna.misunderstandings, ...ben.misunderstandings]).toEqual([]);
  vi.restoreAllMocks();
});

const bytesSent = () =>
  toBen.data.sent.reduce((sum, it) => sum + (it instanceof ArrayBuffer ? it.byteLength : 0), 0);

/** Once more, in whole blocks: headers and what was under way are less than a tenth of one. */
const blocksSince = (before: number) => Math.floor((bytesSent() - before) / BLOCK_BYTES + 0.1);

describe("a file that cannot be read on", () => {
  /** Four blocks of six arrive. */
  async function unreadable(): Promise<void> {
    anna.sends(BYTES);
    const { source } = anna;
    const read = source.read.bind(source);
    vi.spyOn(source, "read").mockImplementation((offset, length) =>
      offset < 4 * BLOCK_BYTES
        ? read(offset, length)
        : Promise.reject(new DOMException("gone", "NotReadableError")),
    );
    await ben.accepts();
    await anna.reaches("missing");
    await ben.reaches("paused");
    expect(ben.transfer.state).toMatchObject({ by: "partner" });
    // What had arrived is proven nevertheless.
    await vi.waitFor(() => expect(ben.transfer.state.bytes).toBe(4 * BLOCK_BYTES));
  }

  it("is chosen once more, and what had arrived is not sent again", async () => {
    await unreadable();
    const before = bytesSent();
    const another = someBytes(BYTES.byteLength - 1);
    expect(await anna.handover.give(anna.transfer.id, memorySource(another))).toBe(false);
    expect(await anna.handover.give(anna.transfer.id, memorySource(BYTES))).toBe(true);
    expect(await sha256(await ben.receives())).toBe(await sha256(BYTES));
    await anna.reaches("done");
    expect(blocksSince(before)).toBe(2);
  });

  it("is known by its first block, as after a reload", async () => {
    await unreadable();
    const another = BYTES.slice(0);
    new Uint8Array(another).fill(7, 0, 100);
    const source = memorySource(another);
    expect(await anna.handover.give(anna.transfer.id, source)).toBe(false);
    expect(source.closed).toBe(true);
  });

  it("lets go of one that cannot be read either", async () => {
    await unreadable();
    expect(anna.source.closed).toBe(true);
    const source = memorySource(BYTES);
    vi.spyOn(source, "read").mockRejectedValue(new DOMException("gone", "NotReadableError"));
    await expect(anna.handover.give(anna.transfer.id, source)).rejects.toThrow("gone");
    expect(source.closed).toBe(true);
    expect(anna.transfer.state.phase).toBe("missing");
  });

  it("is not minded when the receiver has something to say of what came before", async () => {
    await unreadable();
    const { file } = anna.transfer.offer;
    toAnna.control.send(JSON.stringify({ type: "progress", file, bytes: 4 * BLOCK_BYTES }));
    toAnna.control.send(JSON.stringify({ type: "wait", file }));
    expect(await anna.handover.give(anna.transfer.id, memorySource(BYTES))).toBe(true);
    expect(await sha256(await ben.receives())).toBe(await sha256(BYTES));
  });

  it("is closed with the page", async () => {
    anna.sends(BYTES);
    await ben.reaches("offered");
    anna.handover.close();
    expect(anna.source.closed).toBe(true);
  });

  it.each(["sender", "receiver"])("may be cancelled by the %s", async (side) => {
    await unreadable();
    const [quitter, other] = side === "sender" ? [anna, ben] : [ben, anna];
    quitter.handover.cancel(quitter.transfer.id);
    await other.reaches("ended");
    expect(other.transfer.state).toMatchObject({ end: { by: "partner", reason: "cancelled" } });
  });

  it("is offered on the next connection where it was chosen without one", async () => {
    await unreadable();
    toBen.control.close();
    await ben.reaches("waiting");
    expect(await anna.handover.give(anna.transfer.id, memorySource(BYTES))).toBe(true);
    [toBen] = connectPeople(anna, ben);
    expect(await sha256(await ben.receives())).toBe(await sha256(BYTES));
  });
});

describe("a receiver that cannot keep what comes", () => {
  async function failsAfterTwoBlocks(): Promise<void> {
    ben.disk.failsAfter = 2;
    anna.sends(BYTES);
    await ben.accepts();
    await ben.reaches("paused");
    const held = { by: "me", trouble: "not-written", bytes: 2 * BLOCK_BYTES };
    expect(ben.transfer.state).toMatchObject(held);
    await anna.reaches("paused");
  }

  it("keeps what it holds, and opens it anew when it goes on", async () => {
    await failsAfterTwoBlocks();
    const before = bytesSent();
    ben.disk.failsAfter = Infinity;
    ben.handover.resume(ben.transfer.id);
    expect(await sha256(await ben.receives())).toBe(await sha256(BYTES));
    await anna.reaches("done");
    expect(blocksSince(before)).toBe(4);
    expect(ben.disk.opened).toBe(2);
  });

  it("gives the space back when it is given up after that", async () => {
    await failsAfterTwoBlocks();
    ben.handover.cancel(ben.transfer.id);
    await anna.reaches("ended");
    await vi.waitFor(() => expect(ben.disk.files.size).toBe(0));
  });

  it("may be asked to go on as often as the person likes", async () => {
    await failsAfterTwoBlocks();
    ben.disk.isHeld = true;
    ben.handover.resume(ben.transfer.id);
    await ben.reaches("waiting");
    await vi.waitFor(() => expect(ben.disk.opened).toBe(2));
    await ben.reaches("paused");
    expect(ben.transfer.state).toMatchObject({ trouble: "not-written", bytes: 2 * BLOCK_BYTES });
    ben.disk.isHeld = false;
    ben.disk.failsAfter = Infinity;
    ben.handover.resume(ben.transfer.id);
    expect(await sha256(await ben.receives())).toBe(await sha256(BYTES));
  });

  it("before it holds anything gives it up, and both are told why", async () => {
    ben.disk.isHeld = true;
    anna.sends(BYTES);
    await ben.accepts();
    await anna.reaches("ended");
    expect(anna.transfer.state).toMatchObject({ end: { by: "partner", reason: "storage" } });
  });
});
