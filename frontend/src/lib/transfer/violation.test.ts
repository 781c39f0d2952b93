// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BLOCK_BYTES } from "./blocks";
import { encodeFrame, type Frame, HEADER_BYTES } from "./frames";
import { connectPeople, Person, SIZE, VIDEO } from "./simulated-person";
import { connectedLanes, says, sha256, type SimulatedLanes, someBytes } from "./simulation";

let anna: Person, ben: Person, toBen: SimulatedLanes, toAnna: SimulatedLanes;

vi.setConfig({ testTimeout: 120_000 });
beforeEach(() => {
  vi.spyOn(console, "warn").mockReturnValue();
  vi.spyOn(console, "error").mockReturnValue();
  [anna, ben] = [new Person(), new Person()];
  connect();
});
afterEach(() => vi.restoreAllMocks());

function connect(): void {
  [toBen, toAnna] = connectPeople(anna, ben);
}

describe("a partner who breaks the protocol", () => {
  const garbage: [string, (lanes: SimulatedLanes) => void][] = [
    ["words that are not JSON", ({ control }) => control.send("{")],
    ["JSON that is no message", ({ control }) => control.send("[1]")],
    [
      "a message too long",
      ({ control }) => control.send(JSON.stringify({ type: "x", pad: "x".repeat(70_000) })),
    ],
    ["bytes where words belong", ({ control }) => control.send(new ArrayBuffer(8))],
    ["words where bytes belong", ({ data }) => data.send("hello")],
    [
      "a second hello",
      ({ control }) =>
        control.send(
          JSON.stringify({ type: "hello", versions: [2], instance: crypto.randomUUID() }),
        ),
    ],
    [
      "news of a file never offered",
      ({ control }) =>
        control.send(JSON.stringify({ type: "withdraw", file: 77, reason: "cancelled" })),
    ],
    [
      "acceptance of a file never offered",
      ({ control }) =>
        control.send(JSON.stringify({ type: "accept", file: 77, epoch: 1, have: [], window: 1 })),
    ],
    ["bytes of a file never offered", ({ data }) => data.send(encodeFrame({ ...frame, file: 77 }))],
    ["a path in the file name", ({ control }) => control.send(offerOf({ name: "../../evil.mp4" }))],
    ["a path with backslashes", ({ control }) => control.send(offerOf({ name: "C:\\evil.mp4" }))],
    [
      "a name that hides its ending",
      ({ control }) => control.send(offerOf({ name: "video\u202Egpj.exe" })),
    ],
    ["a negative size", ({ control }) => control.send(offerOf({ size: -1 }))],
    ["an empty file", ({ control }) => control.send(offerOf({ size: 0 }))],
    [
      "a thumbnail that is not a picture",
      ({ control }) => control.send(offerOf({ thumbnail: "javascript:alert(1)" })),
    ],
    [
      "more offers than anyone could answer",
      ({ control }) => {
        for (let file = 100; file < 110; file++)
          control.send(offerOf({ file, transfer: crypto.randomUUID() }));
      },
    ],
  ];
  const frame: Frame = { file: 1, offset: 0, epoch: 1, payload: new Uint8Array(20_000) };
  const offerOf = (change: object) =>
    JSON.stringify({
      type: "offer",
      file: 9,
      transfer: "0192d3a0-0000-7000-8000-000000000000",
      name: "a.mp4",
      size: 9,
      mime: "",
      lastModified: 0,
      ...change,
    });

  it.each(garbage)("with %s is refused, and the page lives on", async (_, attack) => {
    ben.sends();
    await anna.reaches("offered");
    attack(toBen);
    await ben.finds("violation");
    expect(ben.transfers.every(({ state }) => state.phase === "ended")).toBe(true);
    connect();
    anna.sends(someBytes(3000));
    await ben.accepts();
    expect((await ben.receives()).byteLength).toBe(3000);
  });

  const messageOf = (of: Frame) => encodeFrame(of).buffer;
  const badFrames: [string, () => ArrayBuffer][] = [
    ["of an unknown version", () => patched(0, 9)],
    ["of an unknown type", () => patched(1, 9)],
    ["with reserved bits set", () => patched(3, 1)],
    ["whose length is wrong", () => patched(19, 7)],
    ["without payload", () => new ArrayBuffer(HEADER_BYTES)],
    ["of garbage", () => someBytes(5000)],
    [
      "larger than a message may be",
      () => messageOf({ ...frame, payload: new Uint8Array(300_000) }),
    ],
    ["beyond the file's end", () => messageOf({ ...frame, offset: SIZE - 10 })],
    ["at an offset beyond all numbers", () => patched(8, 0xff)],
    ["out of place in its block", () => messageOf({ ...frame, offset: 4096 })],
    ["across two blocks", () => messageOf({ ...frame, offset: BLOCK_BYTES - 100 })],
    ["that is tiny", () => messageOf({ ...frame, payload: new Uint8Array(1) })],
    ["of an acceptance that never was", () => messageOf({ ...frame, epoch: 2 })],
  ];
  const patched = (at: number, value: number) => {
    const message = messageOf(frame);
    new Uint8Array(message)[at] = value;
    return message;
  };

  it.each(badFrames)("with a frame %s is refused", async (_, bad) => {
    toBen.data.tamper = () => bad();
    anna.sends();
    await ben.accepts();
    await ben.finds("violation");
    expect(ben.transfer.state).toMatchObject({
      phase: "ended",
      end: { by: "partner", reason: "protocol" },
    });
  });

  it("who begins every block and ends none is refused before it costs memory", async () => {
    const size = 40 * BLOCK_BYTES;
    toAnna.control.tamper = () => undefined;
    toBen.control.send(offerOf({ size }));
    await ben.accepts();
    await ben.reaches("moving");
    for (let block = 0; block < 40; block++) {
      toBen.data.send(
        encodeFrame({
          file: 9,
          epoch: 1,
          offset: block * BLOCK_BYTES,
          payload: new Uint8Array(9000),
        }),
      );
    }
    await ben.finds("violation");
  });

  it("who names no hashes is refused when the window is full", async () => {
    toBen.control.tamper = (message) => (says(message, '"block"') ? undefined : message);
    toAnna.control.tamper = (message) => {
      const told = JSON.parse(message as string) as { type: string };
      return JSON.stringify(told.type === "accept" ? { ...told, window: 1_000_000_000 } : told);
    };
    anna.sends(someBytes(10 * BLOCK_BYTES));
    await ben.accepts();
    await ben.finds("violation");
  });

  it.each([
    ["progress beyond what was sent", { type: "progress", file: 1, bytes: SIZE * 2 }],
    ["a receipt for another file", { type: "verified", file: 1, root: "0".repeat(64) }],
    ["a request for a block that is not there", { type: "again", file: 1, block: 1000 }],
    ["an acceptance once more", { type: "accept", file: 1, epoch: 1, have: [], window: 1000 }],
  ])("with %s is refused by the sender", async (_, message) => {
    toBen.data.tamper = () => undefined;
    anna.sends();
    await ben.accepts();
    await anna.reaches("moving");
    toAnna.control.send(JSON.stringify(message));
    await anna.finds("violation");
  });

  it("with a message of a later version's type is not minded", async () => {
    toBen.control.send(JSON.stringify({ type: "applause", loud: true }));
    anna.sends();
    await ben.accepts();
    expect(await sha256(await ben.receives())).toBe(await sha256(VIDEO));
  });

  it("who speaks no version of ours is told apart from a broken one", async () => {
    [toBen, toAnna] = connectedLanes();
    ben.handover.connect(toAnna);
    toBen.control.send(
      JSON.stringify({ type: "hello", versions: [1, 3], instance: crypto.randomUUID() }),
    );
    await ben.finds("no-common-version");
  });
});
