// @vitest-environment node
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Signal, type Signalling, SignalRefused } from "../signalling";
import { type ConnectionStatus, Peer } from "./peer";
import { sessionOf } from "./sdp";

/** Speaks the negotiation and never finds a path: what happens after that is for real browsers to prove. */
class PathlessConnection extends EventTarget {
  static made: PathlessConnection[] = [];
  readonly session = 1000 + PathlessConnection.made.push(this);
  signalingState: RTCSignalingState = "stable";
  iceConnectionState: RTCIceConnectionState = "new";
  connectionState: RTCPeerConnectionState = "new";
  localDescription: RTCSessionDescription | null = null;
  remoteDescription: RTCSessionDescriptionInit | null = null;
  closed = false;
  readonly restarts: RTCOfferOptions[] = [];
  readonly channels: (EventTarget & { readyState: string })[] = [];
  #version = 1;

  createOffer(options: RTCOfferOptions = {}): Promise<RTCSessionDescriptionInit> {
    if (options.iceRestart) this.restarts.push(options);
    return Promise.resolve({ type: "offer", sdp: this.#sdp() });
  }

  setLocalDescription(description?: RTCSessionDescriptionInit): Promise<void> {
    const { type, sdp } = description ?? { type: "answer" as const, sdp: this.#sdp() };
    const made = { type, sdp: sdp ?? "" };
    this.localDescription = { ...made, toJSON: () => made };
    this.signalingState = type === "offer" ? "have-local-offer" : "stable";
    return Promise.resolve();
  }

  setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    this.remoteDescription = description;
    this.signalingState = description.type === "offer" ? "have-remote-offer" : "stable";
    return Promise.resolve();
  }

  createDataChannel(): EventTarget {
    const channel = Object.assign(new EventTarget(), { readyState: "connecting" });
    this.channels.push(channel);
    return channel;
  }

  addIceCandidate = vi.fn(() => Promise.resolve());
  setConfiguration = vi.fn();
  getConfiguration = () => ({ iceTransportPolicy: "all" });
  /** Bytes that have arrived so far. */
  arrived = 0;
  getStats = () =>
    Promise.resolve(new Map([["pair", { type: "candidate-pair", bytesReceived: this.arrived }]]));

  close(): void {
    this.closed = true;
  }

  opens(): void {
    for (const channel of this.channels) channel.readyState = "open";
    this.channels[0]?.dispatchEvent(new Event("open"));
  }

  becomes(state: RTCIceConnectionState): void {
    this.iceConnectionState = state;
    this.dispatchEvent(new Event("iceconnectionstatechange"));
  }

  relayAnswers(errorCode: number): void {
    this.dispatchEvent(Object.assign(new Event("icecandidateerror"), { errorCode }));
  }

  #sdp(): string {
    return `v=0\r\no=- ${this.session} ${this.#version++} IN IP4 0.0.0.0\r\nm=application 9\r\n`;
  }
}

class Server implements Signalling {
  sent: Signal[] = [];
  delivered = 1;
  reachable = true;
  refuses: SignalRefused["why"] | undefined;
  #hear: (signal: Signal, from: string) => void = vi.fn();
  #tell: (online: boolean) => void = vi.fn();

  send(signal: Signal): Promise<{ delivered: number }> {
    if (!this.reachable) return Promise.reject(new Error("no connection"));
    if (this.refuses) return Promise.reject(new SignalRefused(this.refuses, undefined));
    this.sent.push(signal);
    return Promise.resolve({ delivered: this.delivered });
  }

  subscribe(listener: (signal: Signal, from: string) => void): () => void {
    this.#hear = listener;
    return vi.fn();
  }

  onConnectivity(listener: (online: boolean) => void): () => void {
    this.#tell = listener;
    listener(true);
    return vi.fn();
  }

  goes(online: boolean): void {
    this.reachable = online;
    this.#tell(online);
  }

  async brings(signal: Signal): Promise<void> {
    this.#hear(signal, "partner");
    await settled();
  }

  get offers(): RTCSessionDescriptionInit[] {
    return this.sent.flatMap((signal) => (signal.type === "offer" ? [signal.offer] : []));
  }

  get answers(): RTCSessionDescriptionInit[] {
    return this.sent.flatMap((signal) => (signal.type === "answer" ? [signal.answer] : []));
  }
}

const KNOCK: Signal = { type: "candidate", candidate: null };
const settled = () => vi.advanceTimersByTimeAsync(0);
const offerOf = (session: number): Signal => ({
  type: "offer",
  offer: { type: "offer", sdp: `v=0\r\no=- ${session} 1 IN IP4 0.0.0.0\r\nm=application 9\r\n` },
});
/** The answer that a browser like ours would give. */
const answerTo = (offer: RTCSessionDescriptionInit | undefined, session = 5): Signal => {
  const [, own = "", version = ""] = /o=- (\d+) (\d+)/.exec(offer?.sdp ?? "") ?? [];
  const note = `a=x-spotlight-answer-to:${own}.${version}\r\n`;
  const sdp = `v=0\r\no=- ${session} 1 IN IP4 0.0.0.0\r\n${note}m=application 9\r\n`;
  return { type: "answer", answer: { type: "answer", sdp } };
};

let server: Server;
let status: ConnectionStatus;
let peer: Peer;
let wake: () => void;
const iceServers = vi.fn();
const onLanes = vi.fn();
const latest = () => {
  const connection = PathlessConnection.made.at(-1);
  if (!connection) throw new Error("no connection was made");
  return connection;
};

function begin(polite = true): void {
  peer = new Peer({
    signalling: server,
    polite,
    iceServers,
    onPageWakes: (listener) => {
      wake = listener;
      return vi.fn();
    },
    createConnection: () => new PathlessConnection() as unknown as RTCPeerConnection,
    onStatus: (now) => (status = now),
    onLanes,
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  PathlessConnection.made = [];
  onLanes.mockReset();
  iceServers.mockReset().mockResolvedValue([]);
  server = new Server();
  begin();
});
afterEach(() => {
  peer.close();
  vi.useRealTimers();
});

async function connected(): Promise<void> {
  peer.want(true);
  await settled();
  await server.brings(answerTo(server.offers.at(-1)));
  latest().opens();
}

it("offers nothing until there is something to connect for, but says that it is here", async () => {
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.sent).toEqual([KNOCK]);
  expect(PathlessConnection.made).toHaveLength(0);
});

it("offers once it is wanted, and hands the lanes over when they are open", async () => {
  await connected();
  expect(server.offers).toHaveLength(1);
  expect(onLanes).toHaveBeenCalledOnce();
  expect(status).toMatchObject({ phase: "connected", overdue: false });
});

it("says that the partner is away, and tries again with growing pauses", async () => {
  server.delivered = 0;
  peer.want(true);
  await settled();
  expect(status).toMatchObject({ phase: "looking", obstacle: "partner-offline" });
  await vi.advanceTimersByTimeAsync(120_000);
  expect(server.offers.length).toBeGreaterThan(4);
  expect(server.offers.length).toBeLessThan(40);
  expect(PathlessConnection.made.filter(({ closed }) => !closed)).toHaveLength(0);
});

it("tries at once when the partner knocks", async () => {
  server.delivered = 0;
  peer.want(true);
  await settled();
  const before = server.offers.length;
  server.delivered = 1;
  await server.brings(KNOCK);
  expect(server.offers).toHaveLength(before + 1);
  expect(status.obstacle).toBeUndefined();
});

it.each(["match-closed", "too-busy"] as const)(
  "tells a server that says %s from no network, and goes on once it passes signals on",
  async (why) => {
    server.refuses = why;
    peer.want(true);
    await settled();
    expect(status).toMatchObject({ phase: "looking", obstacle: why });
    server.refuses = undefined;
    await server.brings(KNOCK);
    expect(server.offers).toHaveLength(1);
    expect(status.obstacle).toBeUndefined();
  },
);

it("is overdue after 30 s however many attempts that took, and no longer once connected", async () => {
  peer.want(true);
  await vi.advanceTimersByTimeAsync(29_000);
  expect(status.overdue).toBe(false);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(PathlessConnection.made.length).toBeGreaterThan(1);
  expect(status).toMatchObject({ phase: "looking", obstacle: "no-answer", overdue: true });
  await vi.advanceTimersByTimeAsync(20_000);
  await server.brings(answerTo(server.offers.at(-1)));
  latest().opens();
  expect(status).toMatchObject({ phase: "connected", overdue: false, obstacle: undefined });
});

it("is never overdue while it stands, be it wanted before or only then", async () => {
  await server.brings(offerOf(7));
  latest().opens();
  peer.want(true);
  await vi.advanceTimersByTimeAsync(31_000);
  expect(status).toMatchObject({ phase: "connected", overdue: false });
  peer.want(false);
  peer.want(true);
  await vi.advanceTimersByTimeAsync(31_000);
  expect(status.overdue).toBe(false);
});

it("is overdue 30 s after it was interrupted, and no longer once it is back", async () => {
  await connected();
  await vi.advanceTimersByTimeAsync(60_000);
  latest().becomes("disconnected");
  await vi.advanceTimersByTimeAsync(13_000);
  expect(status).toMatchObject({ phase: "recovering", overdue: false });
  await vi.advanceTimersByTimeAsync(18_000);
  expect(status.overdue).toBe(true);
  await server.brings(answerTo(server.offers.at(-1)));
  latest().opens();
  expect(status).toMatchObject({ phase: "connected", overdue: false });
});

it("pauses ever longer between connections that end at their first words", async () => {
  const beginnings: number[] = [];
  peer.want(true);
  for (let nth = 0; nth < 6; nth++) {
    const before = server.offers.length;
    for (let tries = 0; tries < 4000 && server.offers.length === before; tries++)
      await vi.advanceTimersByTimeAsync(10);
    beginnings.push(performance.now());
    await server.brings(answerTo(server.offers.at(-1)));
    latest().opens();
    if (nth % 2) peer.hangUp();
    else latest().channels[0]?.dispatchEvent(new Event("close"));
  }
  const pauses = beginnings.slice(1).map((at, nth) => at - (beginnings[nth] ?? 0));
  const ratios = pauses.slice(1).map((pause, nth) => pause / (pauses[nth] ?? 1));
  for (const ratio of ratios) expect(ratio).toBeCloseTo(2, 0);
});

it("comes back at once to one that has stood for a while", async () => {
  for (let nth = 0; nth < 6; nth++) {
    await connected();
    await vi.advanceTimersByTimeAsync(11_000);
    latest().channels[0]?.dispatchEvent(new Event("close"));
    const before = server.offers.length;
    await vi.advanceTimersByTimeAsync(600);
    expect(server.offers.length).toBeGreaterThan(before);
    await server.brings(answerTo(server.offers.at(-1)));
    latest().opens();
  }
});

it("tells no way through from no answer", async () => {
  peer.want(true);
  await settled();
  await server.brings(answerTo(server.offers.at(-1)));
  latest().becomes("failed");
  expect(status).toMatchObject({ phase: "looking", obstacle: "no-path" });
});

it("waits for its own network, and goes on when that is back", async () => {
  server.goes(false);
  peer.want(true);
  await settled();
  expect(status.obstacle).toBe("we-are-offline");
  server.goes(true);
  await settled();
  expect(server.offers).toHaveLength(1);
});

it("answers an offer, naming it", async () => {
  await server.brings(offerOf(7));
  expect(server.answers[0]?.sdp).toContain("a=x-spotlight-answer-to:7.1\r\n");
});

it("ignores an answer to an offer it no longer makes", async () => {
  peer.want(true);
  await settled();
  const [first] = server.offers;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(PathlessConnection.made.length).toBeGreaterThan(1);
  await server.brings(answerTo(first));
  expect(latest().remoteDescription).toBeNull();
  await server.brings(answerTo(server.offers.at(-1)));
  expect(latest().remoteDescription).not.toBeNull();
});

it("insists on its own offer when it is the impolite one, and yields when polite", async () => {
  peer.want(true);
  await settled();
  await server.brings(offerOf(7));
  expect(server.answers).toHaveLength(1);

  peer.close();
  server = new Server();
  begin(false);
  peer.want(true);
  await settled();
  await server.brings(offerOf(8));
  expect(server.answers).toHaveLength(0);
});

it("begins anew when the partner has, and ignores what is left of the old", async () => {
  await server.brings(offerOf(7));
  const old = latest();
  await server.brings(offerOf(8));
  expect(old.closed).toBe(true);
  expect(latest().remoteDescription).toMatchObject({
    sdp: expect.stringContaining(" 8 ") as string,
  });
  const made = PathlessConnection.made.length;
  await server.brings(offerOf(7));
  expect(PathlessConnection.made).toHaveLength(made);
});

it("keeps candidates until it knows what they belong to", async () => {
  const candidate = { candidate: "candidate:1 1 udp 1 10.0.0.1 9 typ host", sdpMid: "0" };
  peer.want(true);
  await settled();
  await server.brings({ type: "candidate", candidate });
  expect(latest().addIceCandidate).not.toHaveBeenCalled();
  await server.brings(answerTo(server.offers.at(-1)));
  expect(latest().addIceCandidate).toHaveBeenCalledWith(candidate);
});

it("gives an interruption four seconds, then looks for a new path on the same connection", async () => {
  await connected();
  latest().becomes("disconnected");
  expect(status.phase).toBe("recovering");
  await vi.advanceTimersByTimeAsync(3_900);
  expect(latest().restarts).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(200);
  expect(latest().restarts).toHaveLength(1);
  expect(PathlessConnection.made).toHaveLength(1);
  latest().becomes("connected");
  expect(status.phase).toBe("connected");
});

it("takes a new connection when a new path does not come about", async () => {
  await connected();
  const first = latest();
  first.becomes("failed");
  await vi.advanceTimersByTimeAsync(15_000);
  expect(first.closed).toBe(true);
  expect(PathlessConnection.made.length).toBeGreaterThan(1);
});

it("lets a connection go that nobody needs any more", async () => {
  await connected();
  peer.want(false);
  expect(status.phase).toBe("connected");
  latest().becomes("failed");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(status.phase).toBe("idle");
  expect(server.offers).toHaveLength(1);
});

it("keeps a connection that only the partner needs while they look for a new path", async () => {
  await server.brings(offerOf(7));
  latest().opens();
  latest().becomes("disconnected");
  await vi.advanceTimersByTimeAsync(6_000);
  expect(latest().closed).toBe(false);
  expect(server.offers).toHaveLength(0);
  await server.brings(offerOf(7));
  expect(server.answers).toHaveLength(2);
});

it("asks for credentials before each search for a path, and keeps all else as it was", async () => {
  await connected();
  iceServers.mockResolvedValue([{ urls: ["turn:later.example"] }]);
  latest().becomes("failed");
  await settled();
  expect(iceServers).toHaveBeenCalledTimes(2);
  expect(latest().setConfiguration).toHaveBeenCalledWith({
    iceTransportPolicy: "all",
    iceServers: [{ urls: ["turn:later.example"] }],
  });
});

it.each([401, 438])(
  "fetches new credentials when the relay answers %i, and goes on",
  async (code) => {
    peer.want(true);
    await settled();
    latest().relayAnswers(code);
    expect(status).toMatchObject({ phase: "looking", obstacle: "relay-refused" });
    await settled();
    expect(iceServers).toHaveBeenLastCalledWith({ fresh: true });
    expect(latest().restarts).toHaveLength(1);
    expect(PathlessConnection.made).toHaveLength(1);
    await server.brings(answerTo(server.offers.at(-1)));
    latest().opens();
    expect(status).toMatchObject({ phase: "connected", obstacle: undefined });
  },
);

it("asks a relay that keeps refusing once per attempt, and says so for as long as it does", async () => {
  peer.want(true);
  await settled();
  for (let i = 0; i < 5; i++) latest().relayAnswers(401);
  await settled();
  expect(iceServers).toHaveBeenCalledTimes(2);
  await server.brings(answerTo(server.offers.at(-1)));
  latest().becomes("failed");
  expect(status).toMatchObject({ phase: "looking", obstacle: "relay-refused" });
});

it("does not mind a relay it cannot reach, nor a refusal when it needs no relay", async () => {
  await connected();
  latest().relayAnswers(701);
  latest().relayAnswers(401);
  await settled();
  expect(latest().restarts).toHaveLength(0);
  expect(status).toMatchObject({ phase: "connected", obstacle: undefined });
});

it("tries at once when the page wakes, and once only", async () => {
  server.delivered = 0;
  peer.want(true);
  await vi.advanceTimersByTimeAsync(60_000);
  const before = server.offers.length;
  server.delivered = 1;
  wake();
  wake();
  await settled();
  expect(server.offers).toHaveLength(before + 1);
});

it("looks for a new path at once when the page wakes to an interrupted connection", async () => {
  await connected();
  latest().becomes("disconnected");
  wake();
  await settled();
  expect(latest().restarts).toHaveLength(1);
});

it("finds out within seconds of waking whether a connection still carries anything", async () => {
  await connected();
  latest().arrived = 10;
  wake();
  await vi.advanceTimersByTimeAsync(3_000);
  latest().arrived = 20;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(latest().restarts).toHaveLength(0);

  wake();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(status.phase).toBe("recovering");
  expect(latest().restarts).toHaveLength(1);
});

it("is not held up by a connection that was closed in the middle of a negotiation", async () => {
  vi.spyOn(PathlessConnection.prototype, "setRemoteDescription").mockReturnValueOnce(
    new Promise(() => undefined),
  );
  peer.want(true);
  await settled();
  await server.brings(answerTo(server.offers.at(-1)));
  await vi.advanceTimersByTimeAsync(20_000);
  await server.brings(answerTo(server.offers.at(-1)));
  latest().opens();
  expect(status.phase).toBe("connected");
});

it("reads the session of a description", () => {
  expect(sessionOf({ type: "offer", sdp: "v=0\r\no=- 42 2 IN IP4 127.0.0.1\r\n" })).toBe("42");
  expect(sessionOf({ type: "offer" })).toBeUndefined();
});
