import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "../../lib/api/problem";
import { SocketError } from "../../lib/socket";
import type { Room } from "../../lib/socket-rooms";
import { Outbox } from "./outbox";
import type { Outgoing } from "./outbox-store";

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
    await settled();
    expect(deliver).toHaveBeenCalledWith("send_event_message", {
      eventId: "e1",
      content: "hi",
      messageId: id,
    });
    acknowledge(stored(id));
    await settled();
    expect(box.entries).toEqual([]);
    expect(onSent).toHaveBeenCalledWith(ROOM, stored(id));
    expect(localStorage).toHaveLength(0);
  });

  it("sends the same message with the same id after a reload", async () => {
    deliver.mockReturnValue(new Promise(() => undefined));
    outbox().post(ROOM, "hi");
    await settled();
    const [, first] = deliver.mock.calls[0] ?? [];

    const reloaded = outbox();
    expect(reloaded.entries).toHaveLength(1);
    reloaded.flush();
    await settled();
    expect(deliver).toHaveBeenCalledTimes(2);
    expect(deliver.mock.calls[1]?.[1]).toEqual(first);
  });

  it("does not send twice what is on its way already", async () => {
    deliver.mockReturnValue(new Promise(() => undefined));
    const box = outbox();
    box.post(ROOM, "hi");
    box.flush();
    await settled();
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

  it("tells of a refusal that nobody sees, and of no other", async () => {
    const onRefusedUnseen = vi.fn<(entry: Outgoing, refusal: object) => void>();
    const box = new Outbox({
      deliver,
      onSent,
      onRefusedUnseen,
      storage: localStorage,
      storageKey: KEY,
    });
    deliver.mockRejectedValue(new SocketError("not_participant", "Join the event first."));
    const lookAway = [box.lookAt("event:e1"), box.lookAt("event:e1")];
    box.post(ROOM, "seen");
    await settled();
    lookAway.pop()?.();
    box.post(ROOM, "still seen");
    await settled();
    expect(onRefusedUnseen).not.toHaveBeenCalled();
    lookAway.pop()?.();
    box.post(ROOM, "unseen");
    await settled();
    expect(onRefusedUnseen).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ content: "unseen" }),
      { code: "not_participant", reason: "Join the event first." },
    );
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

  it("sends again what the server could not take just then, but not for ever what it fails at", async () => {
    deliver.mockRejectedValueOnce(new SocketError("unavailable", "Later.", 5_000));
    deliver.mockRejectedValue(new SocketError("internal", "It broke."));
    const box = outbox();
    box.post(ROOM, "hi");
    await vi.advanceTimersByTimeAsync(4_999);
    expect(deliver).toHaveBeenCalledOnce();
    expect(box.entries[0]?.refusal).toBeUndefined();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(deliver).toHaveBeenCalledTimes(5);
    expect(box.entries).toMatchObject([{ refusal: "It broke." }]);
  });

  it("keeps the order of a room while the first of it waits, and holds up no other room", async () => {
    deliver.mockRejectedValueOnce(new SocketError("rate_limited", "Slow down.", 5_000));
    deliver.mockImplementation((_, data) =>
      Promise.resolve(stored("messageId" in data ? "x" : "")),
    );
    const box = outbox();
    box.post(ROOM, "one");
    await settled();
    box.post(ROOM, "two");
    box.post({ kind: "event", eventId: "e2" }, "elsewhere");
    await vi.advanceTimersByTimeAsync(5_000);
    const said = deliver.mock.calls.map(([, data]) => "content" in data && data.content);
    expect(said).toEqual(["one", "elsewhere", "one", "two"]);
  });

  it("takes over what an earlier version of the app kept as one list", () => {
    const kept = { ...stored("a"), room: ROOM };
    localStorage.setItem(KEY, JSON.stringify([kept]));
    expect(outbox().entries).toMatchObject([{ id: "a", content: "hi" }]);
    expect(outbox().entries).toHaveLength(1);
  });

  it("shares what waits with another tab, and undoes nothing of it", async () => {
    deliver.mockReturnValue(new Promise(() => undefined));
    const here = outbox();
    const stop = here.start();
    const there = outbox();
    here.post(ROOM, "mine");
    there.post(ROOM, "theirs");
    await settled();
    deliver.mockClear();
    const heard = () =>
      window.dispatchEvent(
        new StorageEvent("storage", { key: `${KEY}.x`, storageArea: localStorage }),
      );
    heard();
    expect(here.entries.map(({ content }) => content).sort()).toEqual(["mine", "theirs"]);
    expect(outbox().entries).toHaveLength(2);

    here.discard(here.entries.find(({ content }) => content === "mine")?.id ?? "");
    expect(outbox().entries.map(({ content }) => content)).toEqual(["theirs"]);
    there.discard(there.entries.find(({ content }) => content === "theirs")?.id ?? "");
    heard();
    expect(here.entries).toEqual([]);
    stop();
  });

  it("sends what another tab left behind", async () => {
    const here = outbox();
    const stop = here.start();
    deliver.mockReturnValueOnce(new Promise(() => undefined));
    outbox().post(ROOM, "theirs");
    await settled();
    window.dispatchEvent(
      new StorageEvent("storage", { key: `${KEY}.x`, storageArea: localStorage }),
    );
    deliver.mockResolvedValueOnce(stored("x"));
    await vi.advanceTimersByTimeAsync(9_999);
    expect(deliver).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(1);
    expect(deliver).toHaveBeenCalledTimes(2);
    expect(here.entries).toEqual([]);
    stop();
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

  it("sends by itself what could not be encrypted for want of an answer, in order", async () => {
    seal
      .mockRejectedValueOnce(Problem.offline())
      .mockImplementation(({ content }) => Promise.resolve(`e1.${content}`));
    deliver.mockResolvedValue(stored("x"));
    const box = sealing();
    box.post(PRIVATE, "one");
    box.post(PRIVATE, "two");
    await settled();
    expect(deliver).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent().map(({ content }) => content)).toEqual(["e1.one", "e1.two"]);
    expect(box.entries).toEqual([]);
  });

  it("tries again when it could not learn that the room is encrypted", async () => {
    seal.mockResolvedValueOnce(undefined).mockResolvedValueOnce(undefined);
    seal.mockResolvedValueOnce("e1.sealed");
    const required = new SocketError("encryption_required", "It is encrypted.");
    deliver.mockRejectedValueOnce(required).mockRejectedValueOnce(required);
    deliver.mockResolvedValueOnce(stored("x"));
    onMustEncrypt.mockRejectedValueOnce(Problem.offline());
    const box = sealing();
    box.post(PRIVATE, "hi");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(onMustEncrypt).toHaveBeenCalledTimes(2);
    expect(box.entries).toEqual([]);
  });
});
