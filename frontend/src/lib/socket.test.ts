import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Socket, SocketError, type SocketOptions } from "./socket";

/** Stands in for the browser's WebSocket: the test plays the server. */
class FakeWebSocket {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  closedWith: number | undefined;
  readonly sent: { type: string; id: string; data: Record<string, unknown> }[] = [];
  readonly url: URL;
  constructor(url: string) {
    this.url = new URL(url);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text) as (typeof this.sent)[number]);
  }
  close(code: number) {
    this.closedWith = code;
  }
  says(frame: unknown) {
    this.onmessage?.({ data: typeof frame === "string" ? frame : JSON.stringify(frame) });
  }
  greets(position = 100, heartbeatSeconds = 20) {
    this.says({
      type: "hello",
      data: { userId: "ann", connectionId: "c", heartbeatSeconds, position },
    });
  }
  breaks(code = 1006) {
    this.onclose?.({ code });
  }
  lastOf(type: string) {
    const found = this.sent.findLast((frame) => frame.type === type);
    if (!found) throw new Error(`no ${type} was sent`);
    return found;
  }
}

let connections: FakeWebSocket[];
const current = () => {
  const last = connections.at(-1);
  if (!last) throw new Error("no connection was opened");
  return last;
};

const renewSession = vi.fn<() => Promise<boolean>>();
const onSignedOut = vi.fn();
const onResyncRequired = vi.fn();
let socket: Socket;

function socketWith(more: Partial<SocketOptions> = {}) {
  return new Socket({
    url: "ws://localhost:8080/ws",
    renewSession,
    onSignedOut,
    onResyncRequired,
    random: () => 1,
    open: (url) => {
      const fake = new FakeWebSocket(url);
      connections.push(fake);
      return fake as unknown as WebSocket;
    },
    ...more,
  });
}

const message = (id: string, position: number) => ({
  type: "event_message",
  position,
  data: {
    id,
    roomId: "r1",
    eventId: "e1",
    userId: "bob",
    username: "bob",
    avatar: null,
    content: "hi",
    type: "text",
    createdAt: "2026-11-23T12:00:00Z",
  },
});

beforeEach(() => {
  vi.useFakeTimers();
  connections = [];
  renewSession.mockReset().mockResolvedValue(true);
  onSignedOut.mockReset();
  onResyncRequired.mockReset();
  socket = socketWith();
  socket.start();
});

afterEach(() => {
  socket.stop();
  vi.useRealTimers();
});

describe("commands", () => {
  it("resolve with the data of their own ack", async () => {
    current().greets();
    const first = socket.request("accept_match_request", { matchId: "m1" });
    const second = socket.request("accept_match_request", { matchId: "m2" });
    const [one, two] = current().sent;
    current().says({ type: "ack", id: two?.id, data: { match: "m2" } });
    current().says({ type: "ack", id: one?.id, data: { match: "m1" } });
    await expect(first).resolves.toEqual({ match: "m1" });
    await expect(second).resolves.toEqual({ match: "m2" });
  });

  it("reject with the code the server gave", async () => {
    current().greets();
    const answer = socket.request("accept_match_request", { matchId: "m1" });
    const { id } = current().lastOf("accept_match_request");
    current().says({
      type: "error",
      id,
      data: { code: "illegal_transition", title: "No", detail: "It was cancelled." },
    });
    await expect(answer).rejects.toEqual(
      new SocketError("illegal_transition", "It was cancelled."),
    );
  });

  it("fail at once without a connection, and when it is lost while they wait", async () => {
    await expect(socket.request("ping", {})).rejects.toMatchObject({ code: "offline" });
    current().greets();
    const answer = socket.request("ping", {});
    current().breaks();
    await expect(answer).rejects.toMatchObject({ code: "offline" });
  });

  it("time out when the server stays silent", async () => {
    current().greets();
    const answer = expect(socket.request("webrtc_offer", {})).rejects.toMatchObject({
      code: "timeout",
    });
    await vi.advanceTimersByTimeAsync(10_000);
    await answer;
  });
});

describe("deliver", () => {
  it("waits for the connection and sends the same command again after a break", async () => {
    const answer = socket.deliver("send_event_message", { messageId: "01", content: "hi" });
    expect(current().sent).toEqual([]);
    current().greets();
    const first = current().lastOf("send_event_message");
    current().breaks();
    await vi.advanceTimersByTimeAsync(500);
    current().greets();
    const again = current().lastOf("send_event_message");
    expect(connections).toHaveLength(2);
    expect(again).toEqual(first);
    current().says({ type: "ack", id: again.id, data: { id: "01" } });
    await expect(answer).resolves.toEqual({ id: "01" });
  });

  it("takes a line that does not answer for dead and tries on another", async () => {
    socket.deliver("send_event_message", { messageId: "01" }).catch(() => undefined);
    current().greets();
    await vi.advanceTimersByTimeAsync(10_500);
    expect(connections).toHaveLength(2);
    current().greets();
    expect(current().lastOf("send_event_message").data).toEqual({ messageId: "01" });
  });
});

describe("reconnecting", () => {
  it("resumes after the last position handed on, naming its rooms", async () => {
    current().greets(100);
    socket.join({ kind: "event", eventId: "e1" }, vi.fn());
    const { id } = current().lastOf("join_event_room");
    current().says({ type: "ack", id, data: { roomId: "r1", activeUsers: [] } });
    await vi.advanceTimersByTimeAsync(0);
    current().says(message("m1", 117));
    current().breaks();
    await vi.advanceTimersByTimeAsync(500);
    expect(current().url.search).toBe("?since=117&rooms=r1");
  });

  it("enters its rooms again, and not those it left", async () => {
    current().greets();
    const leave = socket.join({ kind: "event", eventId: "e1" }, vi.fn());
    socket.join({ kind: "private", matchId: "m1" }, vi.fn());
    leave();
    expect(current().lastOf("leave_event_room").data).toEqual({ eventId: "e1" });
    current().breaks();
    await vi.advanceTimersByTimeAsync(500);
    current().greets();
    expect(current().sent.map(({ type }) => type)).toEqual(["join_private_room"]);
  });

  it("waits longer after each failure, and starts over once greeted", async () => {
    const waits: number[] = [];
    for (const wait of [500, 1000, 2000, 4000]) {
      current().breaks();
      const before = connections.length;
      await vi.advanceTimersByTimeAsync(wait - 1);
      expect(connections).toHaveLength(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(connections).toHaveLength(before + 1);
      waits.push(wait);
    }
    current().greets();
    current().breaks();
    await vi.advanceTimersByTimeAsync(500);
    expect(connections).toHaveLength(waits.length + 2);
  });

  it("does not wait when the browser says it is online again", async () => {
    current().greets();
    current().breaks();
    window.dispatchEvent(new Event("online"));
    await vi.advanceTimersByTimeAsync(0);
    expect(connections).toHaveLength(2);
  });

  it("renews the session when it was refused, and gives up only when signed out", async () => {
    current().breaks();
    await vi.advanceTimersByTimeAsync(500);
    expect(renewSession).toHaveBeenCalledTimes(1);
    expect(connections).toHaveLength(2);
    renewSession.mockRejectedValueOnce(new Error("unreachable"));
    current().breaks();
    await vi.advanceTimersByTimeAsync(1000);
    expect(connections).toHaveLength(3);
    renewSession.mockResolvedValueOnce(false);
    current().greets();
    current().breaks(1008);
    await vi.advanceTimersByTimeAsync(500);
    expect(onSignedOut).toHaveBeenCalledOnce();
    expect(connections).toHaveLength(3);
    expect(socket.status).toBe("idle");
  });

  it("opens one connection only, however often it is urged", async () => {
    let renew: (signedIn: boolean) => void = () => undefined;
    renewSession.mockReturnValue(new Promise((resolve) => (renew = resolve)));
    current().breaks();
    await vi.advanceTimersByTimeAsync(500);
    window.dispatchEvent(new Event("online"));
    window.dispatchEvent(new Event("online"));
    renew(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(connections).toHaveLength(2);
  });
});

describe("the watchdog", () => {
  it("asks after one quiet heartbeat and leaves a line that does not answer", async () => {
    current().greets(100, 2);
    const dead = current();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(dead.lastOf("ping")).toBeDefined();
    await vi.advanceTimersByTimeAsync(3_500);
    expect(dead.closedWith).toBe(4000);
    expect(connections).toHaveLength(2);
  });

  it("notices a dead server within 35 seconds", async () => {
    current().greets(100, 15);
    await vi.advanceTimersByTimeAsync(35_000);
    expect(connections).toHaveLength(2);
  });

  it("leaves a line at once that does not answer when the phone comes out of the pocket", async () => {
    current().greets(100, 60);
    document.dispatchEvent(new Event("visibilitychange"));
    expect(current().lastOf("ping")).toBeDefined();
    await vi.advanceTimersByTimeAsync(10_500);
    expect(connections).toHaveLength(2);
  });

  it("takes any answer, an error too, as a sign of life", async () => {
    current().greets(100, 2);
    for (let round = 0; round < 5; round += 1) {
      await vi.advanceTimersByTimeAsync(3_000);
      const { id } = current().lastOf("ping");
      current().says({ type: "error", id, data: { code: "invalid", title: "Unknown" } });
    }
    expect(connections).toHaveLength(1);
  });
});

describe("frames", () => {
  it("are handed on once: what a resume repeats is dropped", async () => {
    const heard = vi.fn();
    socket.on("event_message", ({ id }) => void heard(id));
    current().greets(100);
    current().says(message("m1", 101));
    current().says(message("m2", 102));
    current().breaks();
    await vi.advanceTimersByTimeAsync(500);
    current().greets(110);
    current().says(message("m2", 102));
    current().says(message("m3", 105));
    current().says({ type: "resumed", data: { position: 110 } });
    current().says(message("m4", 111));
    expect(heard.mock.calls.flat()).toEqual(["m1", "m2", "m3", "m4"]);
  });

  it("of an unknown type or shape are ignored", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const heard = vi.fn();
    socket.on("event_message", heard);
    current().greets();
    current().says({ type: "confetti", data: {} });
    current().says({ type: "event_message", position: 101, data: { id: 7 } });
    current().says("not json");
    expect(heard).not.toHaveBeenCalled();
    expect(warn).toHaveBeenCalledTimes(3);
    expect(socket.status).toBe("open");
  });

  it("asking for a resync tell the app to read again, from the new position on", async () => {
    current().greets(100);
    current().breaks();
    await vi.advanceTimersByTimeAsync(500);
    current().greets(9_000);
    current().says({ type: "resync_required", data: { position: 9_000 } });
    expect(onResyncRequired).toHaveBeenCalledOnce();
    current().breaks();
    await vi.advanceTimersByTimeAsync(500);
    expect(current().url.searchParams.get("since")).toBe("9000");
  });
});

describe("rooms", () => {
  it("tell who is in them, or why one may not enter", async () => {
    const heard = vi.fn();
    current().greets();
    socket.join({ kind: "event", eventId: "e1" }, heard);
    const bob = { id: "bob", username: "bob", avatar: null };
    current().says({
      type: "ack",
      id: current().lastOf("join_event_room").id,
      data: { roomId: "r1", activeUsers: [bob] },
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toHaveBeenLastCalledWith({ entered: true, activeUsers: [bob], unheard: true });

    socket.join({ kind: "private", matchId: "m1" }, heard);
    current().says({
      type: "error",
      id: current().lastOf("join_private_room").id,
      data: { code: "not_found", title: "No such match" },
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toHaveBeenLastCalledWith({ entered: false, code: "not_found" });
  });

  const EVENT = { kind: "event", eventId: "e1" } as const;
  const lets = async (data: object = { roomId: "r1", activeUsers: [] }) => {
    current().says({ type: "ack", id: current().lastOf("join_event_room").id, data });
    await vi.advanceTimersByTimeAsync(0);
  };
  it("say that something may have been missed, unless the connection was told of them", async () => {
    const heard = vi.fn<(state: object) => void>();
    current().greets();
    socket.join(EVENT, heard);
    current().breaks();
    await vi.advanceTimersByTimeAsync(500);
    current().greets();
    await lets();
    expect(heard).toHaveBeenLastCalledWith(expect.objectContaining({ unheard: true }));
    current().breaks();
    await vi.advanceTimersByTimeAsync(500);
    expect(current().url.searchParams.get("rooms")).toBe("r1");
    current().greets();
    await lets();
    expect(heard).toHaveBeenLastCalledWith(expect.objectContaining({ unheard: false }));
  });
});
