// @vitest-environment node
import { beforeAll, describe, expect, it } from "vitest";
import { readEnvelope, writeEnvelope, type Envelope } from "./envelope";
import { ann, bob } from "./fixed-keys";
import { makeDeviceKey, type DeviceKey } from "./keys";
import { openMessage, sealMessage, type Opened, type Place, type Said } from "./message";
import vector from "./vector.json";

const PLACE: Place = {
  matchId: "5b2f8f0e-6d0a-5a0b-8c43-1de1a0c0ffee",
  messageId: "019ac1f0-5b1e-7c3a-9d52-0c6f6ab2d0f2",
  authorId: "019ac1f0-5b1e-7c3a-9d52-0c6f6ab2d0aa",
};
const SAID: Said = { type: "text", content: "See you at the bar 💃" };

let anns: DeviceKey, annsTablet: DeviceKey, bobs: DeviceKey, sealed: string;

const open = (text: string, device = bobs, place = PLACE): Promise<Opened> =>
  openMessage(text, place, device);
const UNSOUND = { state: "unsound" };

function altered(change: (envelope: Envelope) => Partial<Envelope>, text = sealed): string {
  const envelope = readEnvelope(text);
  if (!envelope) throw new Error("no envelope");
  return writeEnvelope({ ...envelope, ...change(envelope) });
}

function flipped(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const other = Uint8Array.from(bytes);
  other[5] = (other[5] ?? 0) ^ 1;
  return other;
}

beforeAll(async () => {
  [anns, annsTablet, bobs] = [await ann(), await makeDeviceKey(), await bob()];
  const devices = [anns.publicKey, annsTablet.publicKey, bobs.publicKey];
  sealed = await sealMessage(SAID, PLACE, anns, devices);
});

describe("an encrypted message", () => {
  it("opens on every device that it is for, and shows which it comes from", async () => {
    for (const device of [anns, annsTablet, bobs]) {
      expect(await open(sealed, device)).toMatchObject({
        state: "open",
        said: SAID,
        from: anns.publicKey,
      });
    }
  });

  it("opens on no other, and says so", async () => {
    expect(await open(sealed, await makeDeviceKey())).toEqual({ state: "not-for-this-device" });
  });

  it("tells nothing of what is in it, nor how long it is", async () => {
    const short = await sealMessage({ type: "text", content: "ok" }, PLACE, anns, [bobs.publicKey]);
    const long = { type: "link", content: `https://example.com/${"v".repeat(150)}` } as const;
    expect(await sealMessage(long, PLACE, anns, [bobs.publicKey])).toHaveLength(short.length);
    expect(atob(sealed.split(".")[4]?.replaceAll("-", "+").replaceAll("_", "/") ?? "")).not.toMatch(
      /bar|text|content/,
    );
  });

  it("is never the same twice", async () => {
    const again = await sealMessage(SAID, PLACE, anns, [bobs.publicKey]);
    const [one, other] = [readEnvelope(sealed), readEnvelope(again)];
    expect(one?.body).not.toEqual(other?.body);
    expect(one?.commitment).not.toEqual(other?.commitment);
    expect(one?.ephemeral).not.toEqual(other?.ephemeral);
  });

  it("holds the longest there is, for as many devices as there may be, in one frame", async () => {
    const content = "💃".repeat(2_000);
    const devices = await Promise.all(Array.from({ length: 40 }, makeDeviceKey));
    const keys = devices.map(({ publicKey }) => publicKey);
    const text = await sealMessage({ type: "text", content }, PLACE, anns, keys);
    expect(text.length).toBeLessThan(32 * 1024);
    expect(await open(text, devices[39])).toMatchObject({ said: { content } });
  });
});

describe("a server that is not honest", () => {
  it("cannot move a message to another place, id or author", async () => {
    for (const elsewhere of [
      { ...PLACE, matchId: PLACE.messageId },
      { ...PLACE, messageId: PLACE.matchId },
      { ...PLACE, authorId: PLACE.matchId },
    ]) {
      expect(await open(sealed, bobs, elsewhere)).toEqual(UNSOUND);
    }
  });

  it("cannot alter any part of it", async () => {
    for (const text of [
      altered(({ body }) => ({ body: flipped(body) })),
      altered(({ body }) => ({ body: body.slice(0, -16) })),
      altered(({ commitment }) => ({ commitment: flipped(commitment) })),
      altered(({ keys }) => ({
        keys: new Map([...keys].map(([device, key]) => [device, flipped(key)])),
      })),
      altered(() => ({ ephemeral: bobs.publicKey })),
    ]) {
      expect(await open(text)).toEqual(UNSOUND);
    }
  });

  it("cannot cut it short or make one up", async () => {
    for (const text of ["", "hi", sealed.slice(0, -1), sealed.slice(0, 200), `${sealed}.`]) {
      expect(await open(text)).toEqual(UNSOUND);
    }
    expect(await open(sealed.replace("e1.", "e2."))).toEqual(UNSOUND);
  });

  it("cannot write in Ann's name with a key of its own", async () => {
    const own = await makeDeviceKey();
    const posing: DeviceKey = { publicKey: anns.publicKey, privateKey: own.privateKey };
    expect(await open(await sealMessage(SAID, PLACE, posing, [bobs.publicKey]))).toEqual(UNSOUND);
    // Under its own key it is found out by who compares keys.
    const honest = await sealMessage(SAID, PLACE, own, [bobs.publicKey]);
    expect(await open(honest)).toMatchObject({ from: own.publicKey });
  });

  it("cannot pass one message's key or body off as another's", async () => {
    const other = readEnvelope(await sealMessage(SAID, PLACE, anns, [bobs.publicKey]));
    if (!other) throw new Error("no envelope");
    for (const part of ["body", "commitment", "ephemeral", "keys"] as const) {
      expect(await open(altered(() => ({ [part]: other[part] })))).toEqual(UNSOUND);
    }
  });
});

describe("the fixed message that the server's tests open too", () => {
  it("opens with Bob's key, and its message key is the one that a report would carry", async () => {
    const { matchId, messageId, authorId, envelope, messageKey, content } = vector;
    const opened = await open(envelope, bobs, { matchId, messageId, authorId });
    expect(opened).toEqual({
      state: "open",
      said: { type: "text", content },
      from: anns.publicKey,
      messageKey,
    });
  });
});
