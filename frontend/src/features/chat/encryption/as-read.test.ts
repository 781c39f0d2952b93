import { describe, expect, it } from "vitest";
import { compare } from "../../../lib/encryption/known-devices";
import type { Opened } from "../../../lib/encryption/message";
import type { ChatMessage } from "../chat-message";
import { asRead, keyOf, type Reading } from "./as-read";

const message = (more: Partial<ChatMessage> = {}): ChatMessage => ({
  id: "1",
  userId: "bob",
  username: "bob",
  avatar: null,
  content: "e1.sealed",
  type: "encrypted",
  createdAt: "2026-11-23T12:00:00Z",
  ...more,
});
const reading: Reading = {
  me: "ann",
  matchId: "m1",
  on: true,
  devices: {
    mine: compare({ known: ["anns"], compared: false }, ["anns"]),
    theirs: compare({ known: ["bobs", "bobs-old"], compared: true }, ["bobs", "bobs-new"]),
  },
};
const open = (from: string): Opened => ({
  state: "open",
  said: { type: "link", content: "https://example.com" },
  from,
  messageKey: "key",
});
const read = (found: Opened | undefined, of = message(), by = reading) =>
  asRead(of, new Map(found && [[keyOf(of), found]]), by);

describe("an encrypted message", () => {
  it("is shown as what was said, with what would reveal it, if it comes from its author", () => {
    for (const device of ["bobs", "bobs-old"]) {
      expect(read(open(device))).toMatchObject({
        content: "https://example.com",
        type: "link",
        secrecy: "open",
        messageKey: "key",
      });
    }
    expect(read(open("anns"), message({ userId: "ann" }))).toMatchObject({ secrecy: "open" });
  });

  it("says so if it comes from a device that is not taken for the author's", () => {
    for (const device of ["anns", "bobs-new", "eves"]) {
      expect(read(open(device))).toMatchObject({ secrecy: "strange-device" });
    }
    expect(read(open("bobs"), message({ userId: "ann" }))).toMatchObject({
      secrecy: "strange-device",
    });
  });

  it("shows nothing before it is opened, and before it is known whose devices are whose", () => {
    expect(read(undefined)).toMatchObject({ secrecy: "opening" });
    expect(read(open("bobs"), message(), { ...reading, devices: undefined })).toMatchObject({
      content: "e1.sealed",
      secrecy: "opening",
    });
  });

  it("says why it cannot be read", () => {
    for (const state of ["not-for-this-device", "unsound"] as const) {
      expect(read({ state })).toMatchObject({ secrecy: state });
    }
  });

  it("is not what was opened under the same id before", () => {
    const before = message({ content: "e1.other" });
    expect(asRead(message(), new Map([[keyOf(before), open("bobs")]]), reading)).toMatchObject({
      secrecy: "opening",
    });
  });

  it("of somebody who was erased is gone as any other", () => {
    expect(read(undefined, message({ content: "" })).secrecy).toBeUndefined();
  });
});

describe("a message in clear", () => {
  const clear = message({ content: "hi", type: "text" });

  it("says that it is, in a room that is encrypted", () => {
    expect(read(undefined, clear)).toMatchObject({ content: "hi", secrecy: "plain" });
  });

  it("is as it was in any other", () => {
    expect(read(undefined, clear, { ...reading, on: false })).toEqual(clear);
  });
});
