import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SocketError } from "../../lib/socket";
import type { Room } from "../../lib/socket-rooms";
import { Outbox, type Outgoing } from "./outbox";

const ROOM = { kind: "event", eventId: "e1" } as const;
const KEY = "outbox.ann";

const deliver = vi.fn<(type: string, data: object) => Promise<unknown>>();
const onSent = vi.fn();

const outbox = () => new Outbox({ deliver, onSent, storage: localStorage, storageKey: KEY });
const settled = () => vi.advanceTimersByTimeAsync(0);
const stored = (id: string) => ({
  id,
  userId: "ann",
  username: "ann",
  avatar: null,
  content: "hi",
  type: "text",
  createdAt: "2026-11-23T12:00:00Z",
  position: 7,
});

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  deliver.mockReset();
  onSent.mockReset();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("an outbox", () => {
  it("keeps a message until it is acknowledged, and then hands on what the server stored", async () => {
    let acknowledge: (answer: unknown) => void = () => undefined;
    deliver.mockReturnValue(new Promise((resolve) => (acknowledge = resolve)));
    const box = outbox();
    box.post(ROOM, "hi");
    const id = box.entries[0]?.id ?? "";
    expect(deliver).toHaveBeenCalledWith("send_event_message", {
      eventId: "e1",
      content: "hi",
      messageId: id,
    });
    acknowledge(stored(id));
    await settled();
    expect(box.entries).toEqual([]);
    expect(onSent).toHaveBeenCalledWith(ROOM, stored(id));
    expect(localStorage.getItem(KEY)).toBeNull();
  });

  it("sends the same message with the same id after a reload", async () => {
    deliver.mockReturnValue(new Promise(() => undefined));
    outbox().post(ROOM, "hi");
    const [, first] = deliver.mock.calls[0] ?? [];

    const reloaded = outbox();
    expect(reloaded.entries).toHaveLength(1);
    reloaded.flush();
    await settled();
    expect(deliver).toHaveBeenCalledTimes(2);
    expect(deliver.mock.calls[1]?.[1]).toEqual(first);
  });

  it("does not send twice what is on its way already", () => {
    deliver.mockReturnValue(new Promise(() => undefined));
    const box = outbox();
    box.post(ROOM, "hi");
    box.flush();
    expect(deliver).toHaveBeenCalledOnce();
  });

  it("lets a message wait when the connection was closed", async () => {
    deliver.mockRejectedValueOnce(new SocketError("offline", "closed"));
    const box = outbox();
    box.post(ROOM, "hi");
    await settled();
    expect(box.entries).toMatchObject([{ content: "hi" }]);
    expect(box.entries[0]?.refusal).toBeUndefined();
  });

  it("shows why a message was refused, and sends it again only when told to", async () => {
    deliver.mockRejectedValueOnce(new SocketError("not_participant", "Join the event first."));
    const box = outbox();
    box.post(ROOM, "hi");
    await settled();
    expect(box.entries).toMatchObject([{ refusal: "Join the event first." }]);
    box.flush();
    expect(deliver).toHaveBeenCalledOnce();

    const id = box.entries[0]?.id ?? "";
    deliver.mockResolvedValueOnce(stored(id));
    box.retry(id);
    await settled();
    expect(box.entries).toEqual([]);
  });

  it("waits as long as it is told when it was too fast", async () => {
    deliver.mockRejectedValueOnce(new SocketError("rate_limited", "Slow down.", 5_000));
    const box = outbox();
    box.post(ROOM, "hi");
    await settled();
    deliver.mockResolvedValueOnce(stored(box.entries[0]?.id ?? ""));
    await vi.advanceTimersByTimeAsync(4_999);
    expect(deliver).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(1);
    expect(deliver).toHaveBeenCalledTimes(2);
    expect(box.entries).toEqual([]);
  });

  it("forgets what another version of the app wrote in another shape", () => {
    localStorage.setItem(KEY, '[{"text":"hi"}]');
    expect(outbox().entries).toEqual([]);
  });
});

describe("an outbox whose room is encrypted", () => {
  const PRIVATE = { kind: "private", matchId: "m1" } as const;
  const seal = vi.fn<(entry: Outgoing) => Promise<string | undefined>>();
  const onMustEncrypt = vi.fn<(room: Room) => Promise<void>>();
  const sealing = () =>
    new Outbox({ deliver, onSent, seal, onMustEncrypt, storage: localStorage, storageKey: KEY });
  const sent = () => deliver.mock.calls.map(([, data]) => data as Record<string, unknown>);

  beforeEach(() => {
    seal.mockReset();
    onMustEncrypt.mockReset().mockResolvedValue();
  });

  it("sends the envelope in place of the words", async () => {
    seal.mockResolvedValue("e1.sealed");
    deliver.mockResolvedValue(stored("x"));
    const box = sealing();
    box.post(PRIVATE, "hi", "link");
    await settled();
    expect(sent()).toMatchObject([{ matchId: "m1", content: "e1.sealed", type: "encrypted" }]);
    expect(JSON.stringify(sent())).not.toContain("hi");
    expect(box.entries).toEqual([]);
  });

  it("sends the very same envelope again after a lost answer and a reload", async () => {
    seal.mockResolvedValueOnce("e1.first").mockResolvedValueOnce("e1.second");
    deliver.mockRejectedValueOnce(new SocketError("offline", "closed"));
    sealing().post(PRIVATE, "hi");
    await settled();
    deliver.mockResolvedValueOnce(stored("x"));
    sealing().flush();
    await settled();
    expect(sent().map(({ content }) => content)).toEqual(["e1.first", "e1.first"]);
  });

  it("waits without a connection, and says why nobody could read it", async () => {
    seal.mockRejectedValueOnce(new SocketError("offline", "closed"));
    const box = sealing();
    box.post(PRIVATE, "hi");
    await settled();
    expect(box.entries).toMatchObject([{ content: "hi" }]);
    expect(box.entries[0]?.refusal).toBeUndefined();
    seal.mockRejectedValueOnce(new Error("there is no device to encrypt it for"));
    box.flush();
    await settled();
    expect(box.entries).toMatchObject([{ refusal: "there is no device to encrypt it for" }]);
    expect(deliver).not.toHaveBeenCalled();
  });

  it("learns that the room is encrypted, and encrypts what was on its way", async () => {
    seal.mockResolvedValueOnce(undefined).mockResolvedValueOnce("e1.sealed");
    deliver.mockRejectedValueOnce(new SocketError("encryption_required", "It is encrypted."));
    deliver.mockResolvedValueOnce(stored("x"));
    const box = sealing();
    box.post(PRIVATE, "hi");
    await vi.advanceTimersByTimeAsync(1);
    expect(onMustEncrypt).toHaveBeenCalledWith(PRIVATE);
    expect(sent()[1]).toMatchObject({ content: "e1.sealed", type: "encrypted" });
    expect(box.entries).toEqual([]);
  });

  it("lets go of what was stored in clear before it was encrypted", async () => {
    seal.mockResolvedValueOnce(undefined).mockResolvedValueOnce("e1.sealed");
    deliver.mockRejectedValueOnce(new SocketError("offline", "closed"));
    deliver.mockRejectedValueOnce(new SocketError("idempotency_key_reused", "It is taken."));
    const box = sealing();
    box.post(PRIVATE, "hi");
    await settled();
    box.flush();
    await settled();
    expect(box.entries).toEqual([]);
  });

  it("encrypts anew for whoever may read it when it is sent again by hand", async () => {
    seal.mockResolvedValueOnce("e1.first").mockResolvedValueOnce("e1.second");
    deliver.mockRejectedValueOnce(new SocketError("not_encrypted", "It is not encrypted."));
    const box = sealing();
    box.post(PRIVATE, "hi");
    await settled();
    deliver.mockResolvedValueOnce(stored("x"));
    box.retry(box.entries[0]?.id ?? "");
    await settled();
    expect(sent().map(({ content }) => content)).toEqual(["e1.first", "e1.second"]);
  });
});
