/**
 * The one WebSocket of the app. It owns connecting, resuming and retrying, so that the rest of the
 * app only sends, listens and is told whether it is connected.
 *
 * What it promises:
 * - a frame with a position is handed on once and in order, across reconnects (`since`);
 * - `deliver` survives reconnects: its command carries an id made here, so sending it twice stores it once;
 * - `request` does not: an answer that cannot come any more is an error at once;
 * - a room once joined is joined again after every reconnect, until it is left; whoever enters it is
 *   told if what was said before has to be read.
 */
import { backoffDelay } from "./backoff";
import { decodeFrame, type Frame, type Push, type PushData, type PushType } from "./frames";
import { tellRefusal } from "./refusals";
import { Rooms, type Room, type RoomState } from "./socket-rooms";

export type SocketStatus = "idle" | "connecting" | "open" | "waiting";

/** What the server, or the lack of it, answered to a command. */
export class SocketError extends Error {
  override readonly name = "SocketError";
  /** An HTTP problem code, or `offline` / `timeout` when there was no answer. */
  readonly code: string;
  /** How long the server wants the next try to wait, if it says so. */
  readonly retryAfterMs: number | undefined;
  constructor(code: string, message: string, retryAfterMs?: number) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

export interface SocketOptions {
  /** Absolute, ws: or wss:, without a query. */
  url: string;
  /** Renews the session when the server refused the connection; false means signed out. */
  renewSession: () => Promise<boolean>;
  onSignedOut: () => void;
  /** Too much was missed to be replayed: whatever was read before is to be read again over HTTP. */
  onResyncRequired: () => void;
  open?: (url: string) => WebSocket;
  random?: () => number;
}

interface Pending {
  frame: string;
  durable: boolean;
  sent: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
  resolve: (data: unknown) => void;
  reject: (error: SocketError) => void;
}

const ACK_TIMEOUT_MS = 10_000;
const DEFAULT_HEARTBEAT_SECONDS = 25;
/** Silence longer than this many heartbeats means the line is dead, whatever the browser believes. */
const SILENT_HEARTBEATS = 2.5;
const CLOSE_POLICY = 1008;

export class Socket {
  private readonly options: SocketOptions;
  private readonly rooms: Rooms;
  private readonly pending = new Map<string, Pending>();
  private readonly listeners = new Map<PushType, Set<(data: never) => void>>();
  private readonly statusListeners = new Set<(status: SocketStatus) => void>();

  private state: SocketStatus = "idle";
  private connection: WebSocket | undefined;
  /** Whether `hello` came on the present connection; before it nothing may be sent. */
  private greeted = false;
  private refused = false;
  private attempt = 0;
  private nextId = 0;
  /** The highest position seen: everything up to it has been handed on. */
  private position: number | undefined;
  private heartbeatMs = DEFAULT_HEARTBEAT_SECONDS * 1000;
  private lastHeard = 0;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setInterval> | undefined;

  constructor(options: SocketOptions) {
    this.options = options;
    this.rooms = new Rooms((type, data) => this.request(type, data), options.random);
  }

  get status(): SocketStatus {
    return this.state;
  }

  start(): void {
    if (this.state !== "idle") return;
    window.addEventListener("online", this.retryNow);
    window.addEventListener("offline", this.probe);
    document.addEventListener("visibilitychange", this.checkWhenSeen);
    this.connect();
  }

  /** Closes for good; what was still waiting fails. */
  stop(): void {
    window.removeEventListener("online", this.retryNow);
    window.removeEventListener("offline", this.probe);
    document.removeEventListener("visibilitychange", this.checkWhenSeen);
    clearTimeout(this.retryTimer);
    this.drop(1000);
    for (const id of [...this.pending.keys()])
      this.fail(id, "offline", "The connection was closed.");
    this.setStatus("idle");
  }

  /** Listens to one type of frame; answers the way to stop. */
  on<Type extends PushType>(
    type: Type,
    listener: (data: PushData<Type>, position?: number) => void,
  ): () => void {
    const set = this.listeners.get(type) ?? new Set();
    this.listeners.set(type, set);
    set.add(listener);
    return () => set.delete(listener);
  }

  /** Calls `listener` with the status now and with every change; answers the way to stop. */
  onStatus(listener: (status: SocketStatus) => void): () => void {
    this.statusListeners.add(listener);
    listener(this.state);
    return () => this.statusListeners.delete(listener);
  }

  /** Sends a command and waits for its ack. Fails at once when not connected. */
  request(type: string, data: object): Promise<unknown> {
    if (!this.greeted)
      return Promise.reject(new SocketError("offline", "No connection right now."));
    return this.enqueue(type, data, false);
  }

  /** Sends a command that may safely be sent again; waits through reconnects until it is answered. */
  deliver(type: string, data: object): Promise<unknown> {
    return this.enqueue(type, data, true);
  }

  /** Enters a room until the answered function is called; `listener` hears each entry and refusal. */
  join(room: Room, listener: (state: RoomState) => void): () => void {
    return this.rooms.join(room, listener, this.greeted);
  }

  private enqueue(type: string, data: object, durable: boolean): Promise<unknown> {
    const id = String(++this.nextId);
    return new Promise((resolve, reject) => {
      const frame = JSON.stringify({ type, id, data });
      this.pending.set(id, { frame, durable, sent: false, timer: undefined, resolve, reject });
      this.transmit(id);
    });
  }

  private transmit(id: string): void {
    const entry = this.pending.get(id);
    if (!entry || !this.greeted || entry.sent) return;
    entry.sent = true;
    entry.timer = setTimeout(() => {
      // A durable command stays queued; no answer in all this time means the line is not to be trusted.
      if (entry.durable) this.reconnect();
      else this.fail(id, "timeout", "The server did not answer in time.");
    }, ACK_TIMEOUT_MS);
    this.connection?.send(entry.frame);
  }

  private settle(id: string): Pending | undefined {
    const entry = this.pending.get(id);
    if (!entry) return undefined;
    clearTimeout(entry.timer);
    this.pending.delete(id);
    return entry;
  }

  private fail(id: string, code: string, message: string): void {
    this.settle(id)?.reject(new SocketError(code, message));
  }

  private connect(): void {
    clearTimeout(this.retryTimer);
    this.setStatus("connecting");
    const url = new URL(this.options.url);
    if (this.position !== undefined) {
      url.searchParams.set("since", String(this.position));
      const rooms = this.rooms.resume();
      if (rooms.length > 0) url.searchParams.set("rooms", rooms.join(","));
    }
    const open = this.options.open ?? ((to: string) => new WebSocket(to));
    const connection = open(url.href);
    this.connection = connection;
    this.lastHeard = Date.now();
    this.watchdog = setInterval(this.watch, 1000);
    connection.onmessage = (message) => {
      if (typeof message.data === "string") this.receive(message.data);
    };
    connection.onclose = (event) => {
      // Refused in the handshake (the browser does not say why), or told that the session is over.
      this.refused = !this.greeted || event.code === CLOSE_POLICY;
      this.reconnect();
    };
  }

  /** Leaves the present connection behind without waiting for its goodbye. */
  private drop(code: number): void {
    clearInterval(this.watchdog);
    const connection = this.connection;
    this.connection = undefined;
    this.greeted = false;
    if (!connection) return;
    connection.onmessage = null;
    connection.onclose = null;
    connection.close(code);
  }

  private reconnect(): void {
    this.drop(4000);
    for (const [id, entry] of [...this.pending]) {
      clearTimeout(entry.timer);
      entry.sent = false;
      if (!entry.durable) this.fail(id, "offline", "The connection was lost.");
    }
    this.setStatus("waiting");
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(
      () => void this.retry(),
      backoffDelay(this.attempt, this.options.random),
    );
    this.attempt += 1;
  }

  private async retry(): Promise<void> {
    if (this.refused) {
      this.refused = false;
      // Unreachable is not signed out: when renewing fails for lack of a connection, trying goes on.
      const signedIn = await this.options.renewSession().catch(() => true);
      // Meanwhile it may have been stopped, or an impatient retry have connected already.
      if (this.state !== "waiting") return;
      if (!signedIn) {
        this.stop();
        this.options.onSignedOut();
        return;
      }
    }
    this.connect();
  }

  private readonly retryNow = (): void => {
    if (this.state !== "waiting") return;
    this.attempt = 0;
    clearTimeout(this.retryTimer);
    void this.retry();
  };

  /** A phone that was in a pocket may hold a dead connection: ask, rather than wait for the watchdog. */
  private readonly checkWhenSeen = (): void => {
    if (document.visibilityState !== "visible") return;
    if (this.state === "waiting") this.retryNow();
    else this.probe();
  };

  private readonly watch = (): void => {
    const silence = Date.now() - this.lastHeard;
    if (silence > this.heartbeatMs * SILENT_HEARTBEATS) this.reconnect();
    else if (silence > this.heartbeatMs) this.probe();
  };

  /**
   * The server's pings are answered by the browser out of our sight, so a quiet room looks like a
   * dead line. Any answer to this one, an error too, proves it alive; none proves it dead.
   */
  private readonly probe = (): void => {
    if (!this.greeted || this.probing) return;
    this.probing = true;
    this.request("ping", {})
      .catch((error: unknown) => {
        if (error instanceof SocketError && error.code === "timeout") this.reconnect();
      })
      .finally(() => {
        this.probing = false;
      });
  };
  private probing = false;

  private receive(text: string): void {
    this.lastHeard = Date.now();
    const frame = decodeFrame(text);
    if (frame) this.dispatch(frame);
    else console.warn("ignored a frame this version does not know", text.slice(0, 200));
  }

  private dispatch(frame: Frame): void {
    switch (frame.type) {
      case "hello":
        this.heartbeatMs = frame.data.heartbeatSeconds * 1000;
        // On a resume the missed frames come after hello, and lie below its position.
        this.position ??= frame.data.position;
        this.greet();
        return;
      case "heartbeat":
        // Having been heard is all there is to it.
        return;
      case "ack":
        this.settle(frame.id)?.resolve(frame.data);
        return;
      case "error":
        tellRefusal(frame.data.code);
        if (frame.data.roomId != null) this.rooms.notResumed(frame.data.roomId);
        if (frame.id != null) this.settle(frame.id)?.reject(refusal(frame.data));
        return;
      case "resumed":
        this.advance(frame.data.position);
        return;
      case "resync_required":
        if (frame.data.position !== undefined) this.advance(frame.data.position);
        this.options.onResyncRequired();
        return;
      default:
        this.push(frame);
    }
  }

  private greet(): void {
    this.greeted = true;
    this.attempt = 0;
    this.setStatus("open");
    this.rooms.enterAll();
    for (const id of [...this.pending.keys()]) this.transmit(id);
  }

  private push(frame: Push): void {
    if (frame.position !== undefined) {
      if (this.position !== undefined && frame.position <= this.position) return;
      this.advance(frame.position);
    }
    const listeners = this.listeners.get(frame.type) as
      Set<(data: Push["data"], position?: number) => void> | undefined;
    for (const listener of [...(listeners ?? [])]) listener(frame.data, frame.position);
  }

  private advance(position: number): void {
    this.position = Math.max(this.position ?? 0, position);
  }

  private setStatus(status: SocketStatus): void {
    if (this.state === status) return;
    this.state = status;
    for (const listener of [...this.statusListeners]) listener(status);
  }
}

function refusal({
  code,
  title,
  detail,
  retryAfterMs,
}: Extract<Frame, { type: "error" }>["data"]): SocketError {
  return new SocketError(code, detail ?? title, retryAfterMs ?? undefined);
}
