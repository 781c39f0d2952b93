// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BLOCK_BYTES } from "./blocks";
import { createDigests } from "./digests";
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

/** One bit of the payload is another. */
function damaged(message: string | ArrayBuffer): ArrayBuffer {
  const frame = new DataView(message as ArrayBuffer);
  frame.setUint8(HEADER_BYTES + 11, frame.getUint8(HEADER_BYTES + 11) ^ 1);
  return frame.buffer;
}

describe("a file handed over", () => {
  it("arrives as it was sent, and both know its hash", async () => {
    await anna.sends();
    await ben.accepts();
    expect(await sha256(await ben.receives())).toBe(await sha256(VIDEO));
    await anna.reaches("done");
    expect(anna.transfer.state).toMatchObject({ sha256: await sha256(VIDEO), bytes: SIZE });
    expect([...anna.over, ...ben.over].map(({ state }) => outcomeOf(state))).toEqual([
      "completed",
      "completed",
    ]);
  });

  it.each([1, BLOCK_BYTES, BLOCK_BYTES + 1, 65_536 - HEADER_BYTES])(
    "may have %i bytes",
    async (size) => {
      const bytes = someBytes(size);
      await anna.sends(bytes);
      await ben.accepts();
      expect(await sha256(await ben.receives())).toBe(await sha256(bytes));
    },
  );

  it("is described before it is accepted, and not a byte of it moves till then", async () => {
    await anna.sends();
    await ben.reaches("offered");
    expect(ben.transfer.offer).toMatchObject({
      name: "jack-and-jill.mp4",
      size: SIZE,
      mime: "video/mp4",
    });
    expect(toBen.data.sent).toHaveLength(0);
  });

  it("may be declined", async () => {
    await anna.sends();
    await ben.reaches("offered");
    ben.handover.decline(ben.transfer.id);
    await anna.reaches("ended");
    expect(anna.transfer.state).toMatchObject({ end: { by: "partner", reason: "declined" } });
    expect(outcomeOf(anna.transfer.state)).toBe("cancelled");
  });

  it("goes both ways at once", async () => {
    const other = someBytes(BLOCK_BYTES + 99);
    await anna.sends();
    await ben.sends(other, "strictly.mp4");
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
      ({ state }) => state.phase === "done" && state.sha256,
    );
    expect(new Set(files)).toEqual(new Set([await sha256(VIDEO), await sha256(other)]));
  });

  it("shows the sender only what the receiver has kept", async () => {
    const told = [0];
    toAnna.control.tamper = (message) => {
      const { type, bytes } = JSON.parse(message as string) as { type: string; bytes: number };
      if (type === "progress") told.push(bytes);
      return message;
    };
    await anna.sends();
    await ben.accepts();
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
    await anna.sends(bytes);
    await ben.accepts();
    await vi.waitFor(() => expect(withheld).toHaveLength(4), { timeout: 60_000 });
    expect(sent).toBe(4 * BLOCK_BYTES);

    withholding = false;
    for (const progress of withheld) toAnna.control.send(progress);
    await ben.receives();
    expect(sent).toBe(bytes.byteLength);
  });
});

describe("cancelling", () => {
  it.each(["sender", "receiver"])("by the %s ends it on both sides", async (side) => {
    await anna.sends();
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
    await anna.sends();
    await ben.reaches("offered");
    anna.handover.cancel(anna.transfer.id);
    await ben.reaches("ended");
    await anna.sends(someBytes(5000));
    await ben.accepts();
    expect((await ben.receives()).byteLength).toBe(5000);
  });
});

describe("damage on the way", () => {
  it("is found, asked for again and healed", async () => {
    let flipped = 0;
    toBen.data.tamper = (message) => {
      return ++flipped === 70 ? damaged(message) : message;
    };
    await anna.sends();
    await ben.accepts();
    expect(await sha256(await ben.receives())).toBe(await sha256(VIDEO));
    const again = toAnna.control.sent.filter((message) => says(message, '"again"'));
    expect(again).toHaveLength(1);
  });

  it("that does not stop is named as the reason", async () => {
    toBen.data.tamper = damaged;
    await anna.sends();
    await ben.accepts();
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
    await anna.sends();
    await ben.accepts();
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
    await ben.accepts();
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
    await anna.sends(bytes);
    await ben.accepts();
    await ben.reaches("waiting");
    await anna.reaches("waiting");
    expect(anna.wanted && ben.wanted).toBe(true);
    const kept = ben.transfer.state.bytes;
    expect(kept).toBeGreaterThan(0);

    connect();
    expect(await sha256(await ben.receives())).toBe(await sha256(bytes));
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
    await anna.sends(bytes);
    await ben.accepts();
    await ben.reaches("waiting");
    connect();
    expect(await sha256(await ben.receives())).toBe(await sha256(bytes));
    await anna.reaches("done");
    expect([...anna.misunderstandings, ...ben.misunderstandings]).toEqual([]);
  });

  it("before the receiver has decided waits for the decision", async () => {
    await anna.sends();
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
    await anna.sends();
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
    await anna.sends();
    await ben.accepts();
    await anna.reaches("waiting");
    connect();
    expect(await sha256(await ben.receives())).toBe(await sha256(VIDEO));
    await anna.reaches("done");
    expect([...anna.misunderstandings, ...ben.misunderstandings]).toEqual([]);
  });

  it("because the sender's page was reloaded ends what it was sending", async () => {
    await anna.sends();
    toBen.data.tamper = () => undefined;
    await ben.accepts();
    await ben.reaches("moving");
    toBen.control.close();
    await ben.reaches("waiting");
    anna = new Person();
    connect();
    await ben.reaches("ended");
    expect(ben.transfer.state).toMatchObject({
      end: { by: "partner", reason: "partner-reloaded" },
    });
    await anna.sends();
    await ben.accepts();
    expect(await sha256(await ben.receives())).toBe(await sha256(VIDEO));
  });

  it("because the receiver's page was reloaded asks it anew", async () => {
    await anna.sends();
    toBen.data.tamper = () => undefined;
    await ben.accepts();
    toBen.control.close();
    await anna.reaches("waiting");
    ben = new Person();
    connect();
    await ben.accepts();
    expect(await sha256(await ben.receives())).toBe(await sha256(VIDEO));
  });
});
