// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { BLOCK_BYTES } from "./blocks";
import { createDigests } from "./digests";
import { encodeFrame, type Frame, HEADER_BYTES } from "./frames";
import { Handover, type Transfer } from "./handover";
import type { Hasher } from "./hasher";
import { connectedLanes, memorySource, sha256, type SimulatedLanes, someBytes } from "./simulation";
import { openBlobSink } from "./sink";
import { outcomeOf } from "./transfer-state";

/** Two and a half blocks: a first, a middle and a short last one. */
const SIZE = 2 * BLOCK_BYTES + 1_234_567;

class Person {
  transfers: readonly Transfer[] = [];
  readonly over: Transfer[] = [];
  readonly misunderstandings: string[] = [];
  wanted = false;
  readonly seen: number[] = [];
  /** Milliseconds that each hash takes. */
  slowness = 0;
  readonly handover = new Handover(
    { openSink: openBlobSink, createHasher: () => this.#hasher() },
    {
      onChange: (transfers) => {
        this.transfers = transfers;
        for (const { state } of transfers) this.seen.push(state.bytes);
      },
      onOver: (transfer) => this.over.push(transfer),
      onWanted: (wanted) => (this.wanted = wanted),
      onMisunderstanding: (end) => this.misunderstandings.push(end),
    },
  );

  async #hasher(): Promise<Hasher> {
    const hasher = await createDigests();
    return {
      ...hasher,
      digest: async (block) => {
        await new Promise((resolve) => setTimeout(resolve, this.slowness));
        return hasher.digest(block);
      },
    };
  }

  get transfer(): Transfer {
    const latest = this.transfers.at(-1);
    if (!latest) throw new Error("no transfer yet");
    return latest;
  }

  async reaches(phase: Transfer["state"]["phase"]): Promise<void> {
    await vi.waitFor(() => expect(this.transfers.at(-1)?.state.phase).toBe(phase), {
      timeout: 4000,
      interval: 2,
    });
  }
}

let anna: Person, ben: Person, toBen: SimulatedLanes, toAnna: SimulatedLanes;
const video = someBytes(SIZE);

beforeEach(() => {
  vi.spyOn(console, "warn").mockReturnValue();
  vi.spyOn(console, "error").mockReturnValue();
  anna = new Person();
  ben = new Person();
  connect();
});
afterEach(() => vi.restoreAllMocks());

function connect(maxMessage?: number): void {
  [toBen, toAnna] = connectedLanes(maxMessage);
  anna.handover.connect(toBen);
  ben.handover.connect(toAnna);
}

async function send(from = anna, bytes = video, name = "jack-and-jill.mp4"): Promise<string> {
  return from.handover.send(memorySource(bytes), await createDigests(), {
    name,
    size: bytes.byteLength,
    mime: "video/mp4",
    lastModified: 1_790_000_000_000,
  });
}

/** One bit of the payload is another. */
function damaged(message: string | ArrayBuffer): ArrayBuffer {
  const frame = new DataView(message as ArrayBuffer);
  frame.setUint8(HEADER_BYTES + 11, frame.getUint8(HEADER_BYTES + 11) ^ 1);
  return frame.buffer;
}

function says(message: string | ArrayBuffer, words: string): boolean {
  return typeof message === "string" && message.includes(words);
}

async function accept(by = ben): Promise<void> {
  await by.reaches("offered");
  by.handover.accept(by.transfer.id);
}

async function received(by = ben): Promise<ArrayBuffer> {
  await by.reaches("done");
  const { state } = by.transfer;
  if (state.phase !== "done" || !state.file) throw new Error("no file");
  return state.file.arrayBuffer();
}

describe("a file handed over", () => {
  it("arrives as it was sent, and both know its hash", async () => {
    await send();
    await accept();
    expect(await sha256(await received())).toBe(await sha256(video));
    await anna.reaches("done");
    expect(anna.transfer.state).toMatchObject({ sha256: await sha256(video), bytes: SIZE });
    expect([...anna.over, ...ben.over].map(({ state }) => outcomeOf(state))).toEqual([
      "completed",
      "completed",
    ]);
  });

  it.each([1, BLOCK_BYTES, BLOCK_BYTES + 1, 65_536 - HEADER_BYTES])(
    "may have %i bytes",
    async (size) => {
      const bytes = someBytes(size);
      await send(anna, bytes);
      await accept();
      expect(await sha256(await received())).toBe(await sha256(bytes));
    },
  );

  it("is described before it is accepted, and not a byte of it moves till then", async () => {
    await send();
    await ben.reaches("offered");
    expect(ben.transfer.offer).toMatchObject({
      name: "jack-and-jill.mp4",
      size: SIZE,
      mime: "video/mp4",
    });
    expect(toBen.data.sent).toHaveLength(0);
  });

  it("may be declined", async () => {
    await send();
    await ben.reaches("offered");
    ben.handover.decline(ben.transfer.id);
    await anna.reaches("ended");
    expect(anna.transfer.state).toMatchObject({ end: { by: "partner", reason: "declined" } });
    expect(outcomeOf(anna.transfer.state)).toBe("cancelled");
  });

  it("goes both ways at once", async () => {
    const other = someBytes(BLOCK_BYTES + 99);
    await send(anna);
    await send(ben, other, "strictly.mp4");
    await vi.waitFor(() => expect(ben.transfers).toHaveLength(2));
    await vi.waitFor(() => expect(anna.transfers).toHaveLength(2));
    for (const person of [anna, ben]) {
      for (const { id, direction } of person.transfers) {
        if (direction === "received") person.handover.accept(id);
      }
    }
    await vi.waitFor(() => expect([...anna.over, ...ben.over]).toHaveLength(4), { timeout: 4000 });
    const files = [...anna.over, ...ben.over].map(
      ({ state }) => state.phase === "done" && state.sha256,
    );
    expect(new Set(files)).toEqual(new Set([await sha256(video), await sha256(other)]));
  });

  it("shows the sender only what the receiver has kept", async () => {
    const told = [0];
    toAnna.control.tamper = (message) => {
      const { type, bytes } = JSON.parse(message as string) as { type: string; bytes: number };
      if (type === "progress") told.push(bytes);
      return message;
    };
    await send();
    await accept();
    await anna.reaches("done");
    expect(told).toHaveLength(4);
    expect(anna.seen).toEqual(anna.seen.filter((bytes) => told.includes(bytes)));
    expect(anna.seen).toEqual([...anna.seen].sort((a, b) => a - b));
  });

  it("never has more under way than the receiver's window", async () => {
    const bytes = someBytes(9 * BLOCK_BYTES);
    const withheld: string[] = [];
    let withholding = true;
    toAnna.control.tamper = (message) => {
      if (!withholding || !says(message, '"progress"')) return message;
      withheld.push(message as string);
      return undefined;
    };
    let sent = 0;
    toBen.data.tamper = (message) => {
      sent += (message as ArrayBuffer).byteLength - HEADER_BYTES;
      return message;
    };
    await send(anna, bytes);
    await accept();
    await vi.waitFor(() => expect(withheld).toHaveLength(4), { timeout: 4000 });
    expect(sent).toBe(4 * BLOCK_BYTES);

    withholding = false;
    for (const progress of withheld) toAnna.control.send(progress);
    await received();
    expect(sent).toBe(bytes.byteLength);
  });
});

describe("cancelling", () => {
  it.each(["sender", "receiver"])("by the %s ends it on both sides", async (side) => {
    await send();
    let frames = 0;
    const [quitter, other] = side === "sender" ? [anna, ben] : [ben, anna];
    toBen.data.tamper = (message) => {
      if (++frames === 40) quitter.handover.cancel(quitter.transfer.id);
      return message;
    };
    await accept();
    await other.reaches("ended");
    expect(quitter.transfer.state).toMatchObject({ end: { by: "me", reason: "cancelled" } });
    expect(other.transfer.state).toMatchObject({ end: { by: "partner", reason: "cancelled" } });
    expect(anna.over).toHaveLength(1);
    expect(ben.over).toHaveLength(1);
  });

  it("leaves the way free for the next file", async () => {
    await send();
    await ben.reaches("offered");
    anna.handover.cancel(anna.transfer.id);
    await ben.reaches("ended");
    await send(anna, someBytes(5000));
    await accept();
    expect((await received()).byteLength).toBe(5000);
  });
});

describe("damage on the way", () => {
  it("is found, asked for again and healed", async () => {
    let flipped = 0;
    toBen.data.tamper = (message) => {
      return ++flipped === 70 ? damaged(message) : message;
    };
    await send();
    await accept();
    expect(await sha256(await received())).toBe(await sha256(video));
    const again = toAnna.control.sent.filter((message) => says(message, '"again"'));
    expect(again).toHaveLength(1);
  });

  it("that does not stop is named as the reason", async () => {
    toBen.data.tamper = damaged;
    await send();
    await accept();
    await anna.reaches("ended");
    expect(anna.transfer.state).toMatchObject({ end: { by: "partner", reason: "damaged" } });
    expect(ben.transfer.state).toMatchObject({ end: { by: "me", reason: "damaged" } });
  });

  it.each(["root", "sha256"])("is not called received when the %s is another", async (part) => {
    toBen.control.tamper = (message) => {
      const told = JSON.parse(message as string) as Record<string, unknown>;
      return told.type === "complete"
        ? JSON.stringify({ ...told, [part]: "0".repeat(64) })
        : message;
    };
    await send();
    await accept();
    await ben.reaches("ended");
    expect(ben.transfer.state).toMatchObject({ end: { reason: "damaged" } });
  });

  it("is what a changed file counts as, and the sender is told so", async () => {
    const bytes = someBytes(SIZE);
    const source = memorySource(bytes);
    source.read = (offset) =>
      offset > 0
        ? Promise.reject(new Error("NotReadableError"))
        : Promise.resolve(bytes.slice(0, BLOCK_BYTES));
    anna.handover.send(source, await createDigests(), {
      name: "a.mp4",
      size: SIZE,
      mime: "",
      lastModified: 0,
    });
    await accept();
    await ben.reaches("ended");
    expect(anna.transfer.state).toMatchObject({ end: { by: "me", reason: "source-changed" } });
    expect(ben.transfer.state).toMatchObject({ end: { by: "partner", reason: "source-changed" } });
  });
});

describe("a connection lost in the middle", () => {
  it("goes on with what the receiver holds, once there is a new one", async () => {
    const bytes = someBytes(6 * BLOCK_BYTES);
    let frames = 0;
    toBen.data.tamper = (message) => {
      if (++frames === 200) toBen.data.close();
      return message;
    };
    await send(anna, bytes);
    await accept();
    await ben.reaches("waiting");
    await anna.reaches("waiting");
    expect(anna.wanted && ben.wanted).toBe(true);
    const kept = ben.transfer.state.bytes;
    expect(kept).toBeGreaterThan(0);

    connect();
    expect(await sha256(await received())).toBe(await sha256(bytes));
    const resent = toBen.data.sent.reduce(
      (sum, frame) => sum + (frame as ArrayBuffer).byteLength - HEADER_BYTES,
      0,
    );
    expect(resent).toBeLessThanOrEqual(bytes.byteLength - kept);
    await anna.reaches("done");
  });

  it("while blocks are still being proven counts them once they are", async () => {
    const bytes = someBytes(5 * BLOCK_BYTES);
    ben.slowness = 30;
    let frames = 0;
    toBen.data.tamper = (message) => {
      if (++frames === 200) toBen.data.close();
      return message;
    };
    await send(anna, bytes);
    await accept();
    await ben.reaches("waiting");
    connect();
    expect(await sha256(await received())).toBe(await sha256(bytes));
    await anna.reaches("done");
    expect([...anna.misunderstandings, ...ben.misunderstandings]).toEqual([]);
  });

  it("before the receiver has decided waits for the decision", async () => {
    await send();
    await ben.reaches("offered");
    toBen.control.close();
    await anna.reaches("waiting");
    connect();
    await anna.reaches("offered");
    ben.handover.accept(ben.transfer.id);
    expect(await sha256(await received())).toBe(await sha256(video));
  });

  it("in which only the receipt was lost is done without another byte", async () => {
    toAnna.control.tamper = (message) => {
      if (!says(message, '"verified"')) return message;
      toAnna.control.close();
      return undefined;
    };
    await send();
    await accept();
    await received();
    await anna.reaches("waiting");
    connect();
    await anna.reaches("done");
    expect(toBen.data.sent).toHaveLength(0);
  });

  it("with the last words lost has them told again", async () => {
    toBen.control.tamper = (message) => {
      if (!says(message, '"complete"')) return message;
      toBen.control.close();
      return undefined;
    };
    await send();
    await accept();
    await anna.reaches("waiting");
    connect();
    expect(await sha256(await received())).toBe(await sha256(video));
    await anna.reaches("done");
  });

  it("because the sender's page was reloaded ends what it was sending", async () => {
    await send();
    toBen.data.tamper = () => undefined;
    await accept();
    await ben.reaches("moving");
    toBen.control.close();
    await ben.reaches("waiting");
    anna = new Person();
    connect();
    await ben.reaches("ended");
    expect(ben.transfer.state).toMatchObject({
      end: { by: "partner", reason: "partner-reloaded" },
    });
    await send();
    await accept();
    expect(await sha256(await received())).toBe(await sha256(video));
  });

  it("because the receiver's page was reloaded asks it anew", async () => {
    await send();
    toBen.data.tamper = () => undefined;
    await accept();
    toBen.control.close();
    await anna.reaches("waiting");
    ben = new Person();
    connect();
    await accept();
    expect(await sha256(await received())).toBe(await sha256(video));
  });
});

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
          JSON.stringify({ type: "hello", versions: [1], instance: crypto.randomUUID() }),
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
    await send(ben);
    await anna.reaches("offered");
    attack(toBen);
    await vi.waitFor(() => expect(ben.misunderstandings).toEqual(["violation"]));
    expect(ben.transfers.every(({ state }) => state.phase === "ended")).toBe(true);
    connect();
    await send(anna, someBytes(3000));
    await accept();
    expect((await received()).byteLength).toBe(3000);
  });

  const badFrames: [string, () => ArrayBuffer][] = [
    ["of an unknown version", () => patched(0, 9)],
    ["of an unknown type", () => patched(1, 9)],
    ["with reserved bits set", () => patched(3, 1)],
    ["whose length is wrong", () => patched(19, 7)],
    ["without payload", () => new ArrayBuffer(HEADER_BYTES)],
    ["of garbage", () => someBytes(5000)],
    [
      "larger than a message may be",
      () => encodeFrame({ ...frame, payload: new Uint8Array(300_000) }),
    ],
    ["beyond the file's end", () => encodeFrame({ ...frame, offset: SIZE - 10 })],
    ["at an offset beyond all numbers", () => patched(8, 0xff)],
    ["out of place in its block", () => encodeFrame({ ...frame, offset: 4096 })],
    ["across two blocks", () => encodeFrame({ ...frame, offset: BLOCK_BYTES - 100 })],
    ["that is tiny", () => encodeFrame({ ...frame, payload: new Uint8Array(1) })],
    ["of an acceptance that never was", () => encodeFrame({ ...frame, epoch: 2 })],
  ];
  const patched = (at: number, value: number) => {
    const message = encodeFrame(frame);
    new Uint8Array(message)[at] = value;
    return message;
  };

  it.each(badFrames)("with a frame %s is refused", async (_, bad) => {
    toBen.data.tamper = () => bad();
    await send();
    await accept();
    await vi.waitFor(() => expect(ben.misunderstandings).toEqual(["violation"]));
    expect(ben.transfer.state).toMatchObject({
      phase: "ended",
      end: { by: "partner", reason: "protocol" },
    });
  });

  it("who begins every block and ends none is refused before it costs memory", async () => {
    const size = 40 * BLOCK_BYTES;
    toAnna.control.tamper = () => undefined;
    toBen.control.send(offerOf({ size }));
    await accept();
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
    await vi.waitFor(() => expect(ben.misunderstandings).toEqual(["violation"]));
  });

  it("who names no hashes is refused when the window is full", async () => {
    toBen.control.tamper = (message) => (says(message, '"block"') ? undefined : message);
    toBen.data.tamper = (message) => message;
    toAnna.control.tamper = (message) => {
      const told = JSON.parse(message as string) as { type: string };
      return JSON.stringify(told.type === "accept" ? { ...told, window: 1_000_000_000 } : told);
    };
    await send(anna, someBytes(6 * BLOCK_BYTES));
    await accept();
    await vi.waitFor(() => expect(ben.misunderstandings).toEqual(["violation"]), { timeout: 4000 });
  });

  it.each([
    ["progress beyond what was sent", { type: "progress", file: 1, bytes: SIZE * 2 }],
    ["a receipt for another file", { type: "verified", file: 1, sha256: "0".repeat(64) }],
    ["a request for a block that is not there", { type: "again", file: 1, block: 1000 }],
    ["a second acceptance", { type: "accept", file: 1, epoch: 2, have: [], window: 1000 }],
  ])("with %s is refused by the sender", async (_, message) => {
    toBen.data.tamper = () => undefined;
    await send();
    await accept();
    await anna.reaches("moving");
    toAnna.control.send(JSON.stringify(message));
    await vi.waitFor(() => expect(anna.misunderstandings).toEqual(["violation"]));
  });

  it("with a message of a later version's type is not minded", async () => {
    toBen.control.send(JSON.stringify({ type: "applause", loud: true }));
    await send();
    await accept();
    expect(await sha256(await received())).toBe(await sha256(video));
  });

  it("who speaks no version of ours is told apart from a broken one", async () => {
    [toBen, toAnna] = connectedLanes();
    ben.handover.connect(toAnna);
    toBen.control.send(
      JSON.stringify({ type: "hello", versions: [2, 3], instance: crypto.randomUUID() }),
    );
    await vi.waitFor(() => expect(ben.misunderstandings).toEqual(["no-common-version"]));
  });
});
