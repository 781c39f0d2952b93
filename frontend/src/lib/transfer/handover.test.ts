// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BLOCK_BYTES, rootOf } from "./blocks";
import { HEADER_BYTES } from "./frames";
import { connectPeople, Person, SIZE, VIDEO } from "./simulated-person";
import { memorySource, says, sha256, type SimulatedLanes, someBytes } from "./simulation";
import { outcomeOf } from "./transfer-state";

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

async function rootOfBytes(bytes: ArrayBuffer): Promise<string> {
  const hashes: string[] = [];
  for (let start = 0; start < bytes.byteLength; start += BLOCK_BYTES) {
    hashes.push(await sha256(bytes.slice(start, start + BLOCK_BYTES)));
  }
  return rootOf(hashes);
}

/** In the tenth block, which is not begun before two are kept: the window holds eight. */
const CUT_AT = 640;

/** Bytes of the file that were sent over the present connection. */
function bytesSent(): number {
  return toBen.data.sent.reduce(
    (sum, frame) => sum + (frame as ArrayBuffer).byteLength - HEADER_BYTES,
    0,
  );
}

/** One bit of the payload is another. */
function damaged(message: string | ArrayBuffer): ArrayBuffer {
  const frame = new DataView(message as ArrayBuffer);
  frame.setUint8(HEADER_BYTES + 11, frame.getUint8(HEADER_BYTES + 11) ^ 1);
  return frame.buffer;
}

describe("a file handed over", () => {
  it("arrives as it was sent, and both know what stands for it", async () => {
    anna.sends();
    await ben.accepts();
    expect(await sha256(await ben.receives())).toBe(await sha256(VIDEO));
    await anna.reaches("done");
    expect(anna.transfer.state).toMatchObject({ root: await rootOfBytes(VIDEO), bytes: SIZE });
    expect([...anna.over, ...ben.over].map(({ state }) => outcomeOf(state))).toEqual([
      "completed",
      "completed",
    ]);
  });

  it.each([1, BLOCK_BYTES, BLOCK_BYTES + 1, 65_536 - HEADER_BYTES])(
    "may have %i bytes",
    async (size) => {
      const bytes = someBytes(size);
      anna.sends(bytes);
      await ben.accepts();
      expect(await sha256(await ben.receives())).toBe(await sha256(bytes));
    },
  );

  it("is described before it is accepted, and not a byte of it moves till then", async () => {
    anna.sends();
    await ben.reaches("offered");
    expect(ben.transfer.offer).toMatchObject({
      name: "jack-and-jill.mp4",
      size: SIZE,
      mime: "video/mp4",
    });
    expect(toBen.data.sent).toHaveLength(0);
  });

  it("may be declined", async () => {
    anna.sends();
    await ben.reaches("offered");
    ben.handover.decline(ben.transfer.id);
    await anna.reaches("ended");
    expect(anna.transfer.state).toMatchObject({ end: { by: "partner", reason: "declined" } });
    expect(outcomeOf(anna.transfer.state)).toBe("cancelled");
  });

  it("goes both ways at once", async () => {
    const other = someBytes(BLOCK_BYTES + 99);
    anna.sends();
    ben.sends(other, "strictly.mp4");
    await vi.waitFor(() => expect(ben.transfers).toHaveLength(2));
    await vi.waitFor(() => expect(anna.transfers).toHaveLength(2));
    for (const person of [anna, ben]) {
      for (const { id, direction } of person.transfers) {
        if (direction === "received") person.handover.accept(id);
      }
    }
    await vi.waitFor(() => expect([...anna.over, ...ben.over]).toHaveLength(4), {
      timeout: 60_000,
    });
    const files = [...anna.over, ...ben.over].map(
      ({ state }) => state.phase === "done" && state.root,
    );
    expect(new Set(files)).toEqual(new Set([await rootOfBytes(VIDEO), await rootOfBytes(other)]));
  });

  it("shows the sender only what the receiver has kept", async () => {
    const told = [0];
    toAnna.control.tamper = (message) => {
      const { type, bytes } = JSON.parse(message as string) as { type: string; bytes: number };
      if (type === "progress") told.push(bytes);
      return message;
    };
    anna.sends();
    await ben.accepts();
    await anna.reaches("done");
    expect(told).toHaveLength(4);
    expect(anna.seen).toEqual(anna.seen.filter((bytes) => told.includes(bytes)));
    expect(anna.seen).toEqual([...anna.seen].sort((a, b) => a - b));
  });

  it("leaves no block behind in the sender's memory", async () => {
    anna.sends();
    await ben.accepts();
    await anna.reaches("done");
    expect(anna.source).toMatchObject({ reads: 4, released: 4 });
  });

  it("never has more under way than the receiver's window", async () => {
    const bytes = someBytes(13 * BLOCK_BYTES);
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
    anna.sends(bytes);
    await ben.accepts();
    await vi.waitFor(() => expect(withheld).toHaveLength(8), { timeout: 60_000 });
    expect(sent).toBe(8 * BLOCK_BYTES);

    withholding = false;
    for (const progress of withheld) toAnna.control.send(progress);
    await ben.receives();
    expect(sent).toBe(bytes.byteLength);
  });
});

describe("cancelling", () => {
  it.each(["sender", "receiver"])("by the %s ends it on both sides", async (side) => {
    anna.sends();
    let frames = 0;
    const [quitter, other] = side === "sender" ? [anna, ben] : [ben, anna];
    toBen.data.tamper = (message) => {
      if (++frames === 40) quitter.handover.cancel(quitter.transfer.id);
      return message;
    };
    await ben.accepts();
    await other.reaches("ended");
    expect(quitter.transfer.state).toMatchObject({ end: { by: "me", reason: "cancelled" } });
    expect(other.transfer.state).toMatchObject({ end: { by: "partner", reason: "cancelled" } });
    expect(anna.over).toHaveLength(1);
    expect(ben.over).toHaveLength(1);
  });

  it("leaves the way free for the next file", async () => {
    anna.sends();
    await ben.reaches("offered");
    anna.handover.cancel(anna.transfer.id);
    await ben.reaches("ended");
    anna.sends(someBytes(5000));
    await ben.accepts();
    expect((await ben.receives()).byteLength).toBe(5000);
  });

  it("by the sender while there is no connection is heard on the next one", async () => {
    let frames = 0;
    toBen.data.tamper = (message) => {
      if (++frames === 40) toBen.control.close();
      return message;
    };
    anna.sends();
    await ben.accepts();
    await anna.reaches("waiting");
    await ben.reaches("waiting");
    anna.handover.cancel(anna.transfer.id);
    anna.handover.remove(anna.transfer.id);
    // It is the receiver who comes looking.
    expect([anna.wanted, ben.wanted]).toEqual([false, true]);
    connect();
    await ben.reaches("ended");
    expect(ben.transfer.state).toMatchObject({ end: { by: "partner", reason: "cancelled" } });
    expect([...anna.misunderstandings, ...ben.misunderstandings]).toEqual([]);
  });
});

describe("many files at once", () => {
  const unanswered = () => ben.transfers.filter(({ state }) => state.phase === "offered");

  it("are offered a few at a time, and all arrive", async () => {
    for (let nth = 0; nth < 12; nth++) anna.sends(someBytes(1000 + nth), `heat-${nth}.mp4`);
    await vi.waitFor(() => expect(unanswered()).toHaveLength(8));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(ben.transfers).toHaveLength(8);
    await vi.waitFor(() => {
      for (const { id } of unanswered()) ben.handover.accept(id);
      expect(ben.over).toHaveLength(12);
    });
    await vi.waitFor(() => expect(anna.over).toHaveLength(12));
    const ends = [...anna.over, ...ben.over].map(({ state }) => outcomeOf(state));
    expect(new Set(ends)).toEqual(new Set(["completed"]));
    expect([...anna.misunderstandings, ...ben.misunderstandings]).toEqual([]);
  });

  it("may be cancelled before they were offered, and nobody hears of them", async () => {
    const ids = Array.from({ length: 12 }, () => anna.sends(someBytes(1000)));
    await vi.waitFor(() => expect(unanswered()).toHaveLength(8));
    anna.handover.cancel(ids[11] ?? "");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(unanswered()).toHaveLength(8);
    expect(ben.misunderstandings).toEqual([]);
  });

  it("may have names and types that no page takes as they are", async () => {
    anna.handover.send(memorySource(someBytes(1000)), {
      name: "\u200Fheat/3.mp4",
      size: 1000,
      mime: "video/mp4; codecs=avc1",
      lastModified: 0,
    });
    await ben.accepts();
    await ben.receives();
    expect(ben.transfer.offer).toMatchObject({ name: "heat_3.mp4", mime: "video/mp4" });
  });
});

describe("a file taken out of sight", () => {
  it.each(["sender", "receiver"])("by the %s does not harm the others", async (side) => {
    const quitter = side === "sender" ? anna : ben;
    const id = anna.sends(someBytes(6 * BLOCK_BYTES));
    await ben.accepts();
    let frames = 0;
    toBen.data.tamper = (message) => {
      if (++frames === 100) {
        quitter.handover.cancel(id);
        quitter.handover.remove(id);
      }
      return message;
    };
    await vi.waitFor(() => expect(frames).toBeGreaterThanOrEqual(100));
    anna.sends();
    await vi.waitFor(() => expect(ben.transfer.id).not.toBe(id));
    await ben.accepts();
    expect(await sha256(await ben.receives())).toBe(await sha256(VIDEO));
    expect(quitter.transfers).toHaveLength(1);
    expect([...anna.misunderstandings, ...ben.misunderstandings]).toEqual([]);
  });

  it("while there was no connection is answered as it ended, and not shown once more", async () => {
    anna.sends();
    await ben.reaches("offered");
    toBen.control.close();
    await anna.reaches("waiting");
    const { id } = ben.transfer;
    ben.handover.decline(id);
    ben.handover.remove(id);
    connect();
    await anna.reaches("ended");
    expect(anna.transfer.state).toMatchObject({ end: { by: "partner", reason: "declined" } });
    expect(ben.transfers).toHaveLength(0);
  });
});

describe("damage on the way", () => {
  it("is found, asked for again and healed", async () => {
    let flipped = 0;
    toBen.data.tamper = (message) => {
      return ++flipped === 70 ? damaged(message) : message;
    };
    anna.sends();
    await ben.accepts();
    expect(await sha256(await ben.receives())).toBe(await sha256(VIDEO));
    const again = toAnna.control.sent.filter((message) => says(message, '"again"'));
    expect(again).toHaveLength(1);
  });

  it("that does not stop is named as the reason", async () => {
    toBen.data.tamper = damaged;
    anna.sends();
    await ben.accepts();
    await anna.reaches("ended");
    expect(anna.transfer.state).toMatchObject({ end: { by: "partner", reason: "damaged" } });
    expect(ben.transfer.state).toMatchObject({ end: { by: "me", reason: "damaged" } });
  });

  it("is not called received when what stands for the whole is another", async () => {
    toBen.control.tamper = (message) => {
      const told = JSON.parse(message as string) as Record<string, unknown>;
      return told.type === "complete" ? JSON.stringify({ ...told, root: "0".repeat(64) }) : message;
    };
    anna.sends();
    await ben.accepts();
    await ben.reaches("ended");
    expect(ben.transfer.state).toMatchObject({ end: { reason: "damaged" } });
  });

  it("is what a changed file counts as, and the sender is told so", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    anna.sends();
    const { source } = anna;
    const read = source.read.bind(source);
    vi.spyOn(source, "read").mockImplementation((offset, length) => read(offset, length - 1));
    await ben.accepts();
    await ben.reaches("ended");
    expect(anna.transfer.state).toMatchObject({ end: { by: "me", reason: "source-changed" } });
    expect(ben.transfer.state).toMatchObject({ end: { by: "partner", reason: "source-changed" } });
  });

  it("is noticed by the sender where a file changed under the same size", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    const bytes = someBytes(SIZE);
    anna.sends(bytes);
    await ben.reaches("offered");
    await vi.waitFor(() => expect(anna.source.reads).toBe(1));
    new Uint8Array(bytes).fill(7, 100, 200);
    await ben.accepts();
    await anna.reaches("ended");
    expect(anna.transfer.state).toMatchObject({ end: { by: "me", reason: "source-changed" } });
  });
});

describe("a connection lost in the middle", () => {
  it("goes on with what the receiver holds, once there is a new one", async () => {
    const bytes = someBytes(12 * BLOCK_BYTES);
    let frames = 0;
    toBen.data.tamper = (message) => {
      if (++frames === CUT_AT) toBen.data.close();
      return message;
    };
    anna.sends(bytes);
    await ben.accepts();
    await ben.reaches("waiting");
    await anna.reaches("waiting");
    expect(anna.wanted && ben.wanted).toBe(true);
    const kept = ben.transfer.state.bytes;
    expect(kept).toBeGreaterThan(0);

    connect();
    expect(await sha256(await ben.receives())).toBe(await sha256(bytes));
    expect(bytesSent()).toBeLessThanOrEqual(bytes.byteLength - kept);
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
    anna.sends(bytes);
    await ben.accepts();
    await ben.reaches("waiting");
    connect();
    expect(await sha256(await ben.receives())).toBe(await sha256(bytes));
    await anna.reaches("done");
    expect([...anna.misunderstandings, ...ben.misunderstandings]).toEqual([]);
  });

  it("before the receiver has decided waits for the decision", async () => {
    anna.sends();
    await ben.reaches("offered");
    toBen.control.close();
    await anna.reaches("waiting");
    connect();
    await anna.reaches("offered");
    ben.handover.accept(ben.transfer.id);
    expect(await sha256(await ben.receives())).toBe(await sha256(VIDEO));
  });

  it("in which only the receipt was lost is done without another byte", async () => {
    toAnna.control.tamper = (message) => {
      if (!says(message, '"verified"')) return message;
      toAnna.control.close();
      return undefined;
    };
    anna.sends();
    await ben.accepts();
    await ben.receives();
    await anna.reaches("waiting");
    connect();
    await anna.reaches("done");
    expect(toBen.data.sent).toHaveLength(0);
  });

  it("with the last words lost has them told again", async () => {
    // Still proving, and the loss not noticed, when the next connection stands.
    ben.slowness = 30;
    toBen.control.tamper = (message) => {
      if (!says(message, '"complete"')) return message;
      toBen.control.close();
      return undefined;
    };
    anna.sends();
    await ben.accepts();
    await anna.reaches("waiting");
    connect();
    expect(await sha256(await ben.receives())).toBe(await sha256(VIDEO));
    await anna.reaches("done");
    expect([...anna.misunderstandings, ...ben.misunderstandings]).toEqual([]);
  });
});

describe("a page that was reloaded in the middle", () => {
  const bytes = someBytes(12 * BLOCK_BYTES + 777);

  /** Cut once some blocks are kept; answers how many bytes that were. */
  async function cutInTheMiddle(): Promise<number> {
    let frames = 0;
    toBen.data.tamper = (message) => {
      if (++frames === CUT_AT) toBen.data.close();
      return message;
    };
    anna.sends(bytes);
    await ben.accepts();
    await ben.reaches("waiting");
    await anna.reaches("waiting");
    // What had arrived is still being proven.
    const held = () => ben.disk.files.get(ben.transfer.id)?.held.size ?? 0;
    let blocks: number;
    do {
      blocks = held();
      await new Promise((resolve) => setTimeout(resolve, 400));
    } while (blocks === 0 || blocks !== held());
    return blocks * BLOCK_BYTES;
  }

  it("as the receiver's goes on from what it holds, and nobody is asked again", async () => {
    const kept = await cutInTheMiddle();
    ben = await ben.reloads();
    expect(ben.transfer.state).toEqual({ phase: "waiting", bytes: kept });
    expect(ben.wanted).toBe(true);
    connect();
    expect(await sha256(await ben.receives())).toBe(await sha256(bytes));
    expect(bytesSent()).toBe(bytes.byteLength - kept);
    await anna.reaches("done");
  });

  it("as the sender's goes on once the file is chosen again", async () => {
    const kept = await cutInTheMiddle();
    anna = await anna.reloads();
    expect(anna.transfer.state.phase).toBe("missing");
    expect(anna.wanted).toBe(false);
    connect();
    expect(await anna.handover.give(anna.transfer.id, memorySource(bytes))).toBe(true);
    expect(await sha256(await ben.receives())).toBe(await sha256(bytes));
    expect(bytesSent()).toBe(bytes.byteLength - kept);
    await anna.reaches("done");
    expect(anna.disk.written.size).toBe(0);
  });

  it("as both are goes on with the file chosen before there is a connection", async () => {
    const kept = await cutInTheMiddle();
    [anna, ben] = [await anna.reloads(), await ben.reloads()];
    expect(await anna.handover.give(anna.transfer.id, memorySource(bytes))).toBe(true);
    connect();
    expect(await sha256(await ben.receives())).toBe(await sha256(bytes));
    expect(bytesSent()).toBe(bytes.byteLength - kept);
  });

  it("takes no other file of the same size for it", async () => {
    await cutInTheMiddle();
    anna = await anna.reloads();
    connect();
    const other = bytes.slice(0);
    new Uint8Array(other)[5] = 1;
    expect(await anna.handover.give(anna.transfer.id, memorySource(other))).toBe(false);
    expect(anna.transfer.state.phase).toBe("missing");
    expect(await anna.handover.give(anna.transfer.id, memorySource(bytes))).toBe(true);
    expect(await sha256(await ben.receives())).toBe(await sha256(bytes));
  });

  it("notices a file that only begins as the one before, and says so", async () => {
    await cutInTheMiddle();
    anna = await anna.reloads();
    connect();
    const other = bytes.slice(0);
    const last = Math.max(...(ben.disk.files.get(ben.transfer.id)?.held.keys() ?? []));
    new Uint8Array(other)[last * BLOCK_BYTES + 5] = 1;
    await anna.handover.give(anna.transfer.id, memorySource(other));
    await anna.reaches("ended");
    expect(anna.transfer.state).toMatchObject({ end: { by: "partner", reason: "another-file" } });
  });

  it("reads what it held once more, and has what is damaged sent again", async () => {
    await cutInTheMiddle();
    const stored = ben.disk.files.get(ben.transfer.id);
    if (stored?.bytes[100] !== undefined) stored.bytes[100] ^= 1;
    ben = await ben.reloads();
    connect();
    expect(await sha256(await ben.receives())).toBe(await sha256(bytes));
    const again = toAnna.control.sent.filter((message) => says(message, '"again"'));
    expect(again).toHaveLength(1);
    await anna.reaches("done");
  });

  it("has lost nothing that had arrived, and answers for it", async () => {
    toAnna.control.tamper = (message) => {
      if (!says(message, '"verified"')) return message;
      toAnna.control.close();
      return undefined;
    };
    anna.sends();
    await ben.accepts();
    await ben.receives();
    [anna, ben] = [await anna.reloads(), await ben.reloads()];
    expect(await sha256(await ben.receives())).toBe(await sha256(VIDEO));
    expect(ben.over).toHaveLength(0);
    connect();
    await anna.handover.give(anna.transfer.id, memorySource(VIDEO));
    await anna.reaches("done");
    expect(bytesSent()).toBe(0);
  });

  it("forgets what was removed", async () => {
    anna.sends();
    await ben.accepts();
    await ben.receives();
    ben.handover.remove(ben.transfer.id);
    expect(ben.transfers).toHaveLength(0);
    expect(ben.disk.files.size).toBe(0);
    await vi.waitFor(() => expect(ben.disk.written.size).toBe(0));
  });

  it("forgets what was cancelled, on both sides", async () => {
    await cutInTheMiddle();
    [anna, ben] = [await anna.reloads(), await ben.reloads()];
    connect();
    await vi.waitFor(() => expect(anna.transfers).toHaveLength(1));
    await new Promise((resolve) => setTimeout(resolve, 50));
    anna.handover.cancel(anna.transfer.id);
    await ben.reaches("ended");
    expect(ben.transfer.state).toMatchObject({ end: { by: "partner", reason: "cancelled" } });
    await vi.waitFor(() => expect([anna.disk.written.size, ben.disk.written.size]).toEqual([0, 0]));
    expect(ben.disk.files.size).toBe(0);
  });

  it("keeps what cannot be read just now for the next page", async () => {
    await cutInTheMiddle();
    vi.spyOn(console, "warn").mockReturnValue(undefined);
    const open = vi
      .spyOn(ben.disk, "openSink")
      .mockRejectedValue(new Error("held by another page"));
    ben = await ben.reloads();
    expect(ben.transfers).toHaveLength(0);
    open.mockRestore();
    ben = await ben.reloads();
    anna = await anna.reloads();
    expect(ben.transfer.state.bytes).toBeGreaterThan(0);
  });

  it("finds nothing of its own among what is left of an earlier one", async () => {
    anna.sends(bytes);
    await vi.waitFor(() => expect(anna.disk.written.size).toBe(1));
    await anna.handover.restore();
    await ben.accepts();
    expect(await sha256(await ben.receives())).toBe(await sha256(bytes));
    expect(anna.transfers).toHaveLength(1);
  });

  it("before the receiver had decided asks it anew", async () => {
    anna.sends();
    await ben.reaches("offered");
    toBen.control.close();
    await anna.reaches("waiting");
    ben = await ben.reloads();
    expect(ben.transfers).toHaveLength(0);
    connect();
    await ben.accepts();
    expect(await sha256(await ben.receives())).toBe(await sha256(VIDEO));
  });
});

describe("a disk that is full", () => {
  it("keeps what it holds, and goes on when there is room", async () => {
    const bytes = someBytes(6 * BLOCK_BYTES);
    ben.disk.room = 2;
    anna.sends(bytes);
    await ben.accepts();
    await ben.reaches("paused");
    expect(ben.transfer.state).toMatchObject({
      by: "me",
      trouble: "no-room",
      bytes: 2 * BLOCK_BYTES,
    });
    await anna.reaches("paused");
    ben.handover.resume(ben.transfer.id);
    await vi.waitFor(() => expect(ben.transfer.state).toMatchObject({ trouble: "no-room" }));

    ben.disk.room = Infinity;
    ben.handover.resume(ben.transfer.id);
    expect(await sha256(await ben.receives())).toBe(await sha256(bytes));
    await anna.reaches("done");
    expect([...anna.misunderstandings, ...ben.misunderstandings]).toEqual([]);
  });
});

describe("a pause", () => {
  const bytes = someBytes(6 * BLOCK_BYTES);

  async function pausedBy(who: "sender" | "receiver"): Promise<[Person, Person]> {
    const [pausing, other] = who === "sender" ? [anna, ben] : [ben, anna];
    let frames = 0;
    toBen.data.tamper = (message) => {
      if (++frames === 200) pausing.handover.pause(pausing.transfer.id);
      return message;
    };
    anna.sends(bytes);
    await ben.accepts();
    await other.reaches("paused");
    expect(pausing.transfer.state).toMatchObject({ phase: "paused", by: "me" });
    expect(other.transfer.state).toMatchObject({ phase: "paused", by: "partner" });
    return [pausing, other];
  }

  it.each(["sender", "receiver"] as const)("by the %s ends when they go on", async (who) => {
    const [pausing] = await pausedBy(who);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const before = bytesSent();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(bytesSent()).toBe(before);
    pausing.handover.resume(pausing.transfer.id);
    expect(await sha256(await ben.receives())).toBe(await sha256(bytes));
    await anna.reaches("done");
    expect([...anna.misunderstandings, ...ben.misunderstandings]).toEqual([]);
  });

  it("by both ends when both go on, in whatever order", async () => {
    for (const first of ["sender", "receiver"] as const) {
      [anna, ben] = [new Person(), new Person()];
      connect();
      const [pausing, other] = await pausedBy("receiver");
      // Paused by the partner already, so that only the partner's going on lets it be paused here.
      pausing.handover.resume(pausing.transfer.id);
      await other.reaches("moving");
      other.handover.pause(other.transfer.id);
      pausing.handover.pause(pausing.transfer.id);
      const order = first === "sender" ? [anna, ben] : [ben, anna];
      for (const person of order) person.handover.resume(person.transfer.id);
      expect(await sha256(await ben.receives())).toBe(await sha256(bytes));
      await anna.reaches("done");
      expect([...anna.misunderstandings, ...ben.misunderstandings]).toEqual([]);
    }
  });

  it.each(["sender", "receiver"] as const)("by the %s outlives the connection", async (who) => {
    const [pausing, other] = await pausedBy(who);
    expect(pausing.wanted).toBe(false);
    expect(other.wanted).toBe(true);
    toBen.control.close();
    await other.reaches("waiting");
    connect();
    await other.reaches("paused");
    pausing.handover.resume(pausing.transfer.id);
    expect(await sha256(await ben.receives())).toBe(await sha256(bytes));
    await anna.reaches("done");
  });
});
