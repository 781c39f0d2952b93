// @vitest-environment node
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { SideLanes } from "./side-lanes";

/** A channel of the main connection: what one end sends, the other hears a moment later. */
class Channel extends EventTarget {
  readyState = "open";
  binaryType = "arraybuffer";
  bufferedAmount = 0;
  partner: Channel | undefined;

  send(data: string): void {
    setTimeout(() => this.partner?.dispatchEvent(new MessageEvent("message", { data })));
  }
}

/** Speaks the negotiation; its path opens when a test says so. */
class Connection extends EventTarget {
  readonly channels: Channel[] = [];
  signalingState = "stable";
  connectionState = "new";
  iceConnectionState = "new";
  localDescription: RTCSessionDescriptionInit | null = null;
  remoteDescription: RTCSessionDescriptionInit | null = null;
  closed = false;
  addIceCandidate = vi.fn(() => Promise.resolve());

  readonly configuration: RTCConfiguration;

  constructor(configuration: RTCConfiguration) {
    super();
    this.configuration = configuration;
  }

  getConfiguration(): RTCConfiguration {
    return this.configuration;
  }

  createDataChannel(): Channel {
    const channel = Object.assign(new Channel(), { readyState: "connecting" });
    this.channels.push(channel);
    return channel;
  }

  setLocalDescription(): Promise<void> {
    const type = this.remoteDescription ? "answer" : "offer";
    this.localDescription = { type, sdp: `${type} of somebody` };
    this.signalingState = type === "offer" ? "have-local-offer" : "stable";
    return Promise.resolve();
  }

  setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    this.remoteDescription = description;
    this.signalingState = "stable";
    return Promise.resolve();
  }

  opens(): void {
    for (const channel of this.channels) {
      channel.readyState = "open";
      channel.dispatchEvent(new Event("open"));
    }
  }

  breaks(): void {
    this.iceConnectionState = "disconnected";
    this.dispatchEvent(new Event("iceconnectionstatechange"));
  }

  close(): void {
    this.closed = true;
  }
}

class Page {
  readonly made: Connection[] = [];
  readonly channel = new Channel();
  readonly onLane = vi.fn();
  readonly lanes: SideLanes;

  constructor(offers: boolean, path: string) {
    const main = Object.assign(
      new Connection({
        iceServers: [
          { urls: ["stun:stun.example", "turn:relay.example"], username: "u", credential: "c" },
          { urls: "turns:relay.example" },
        ],
      }),
      { getStats: () => Promise.resolve(statsOf(path)) },
    );
    this.lanes = new SideLanes({
      main: main as unknown as RTCPeerConnection,
      channel: this.channel as unknown as RTCDataChannel,
      offers,
      createConnection: (configuration) => {
        const connection = new Connection(configuration);
        this.made.push(connection);
        return connection as unknown as RTCPeerConnection;
      },
    });
    this.lanes.onLane = this.onLane;
  }
}

function statsOf(path: string): Map<string, unknown> {
  return new Map<string, unknown>([
    ["t", { id: "t", type: "transport", selectedCandidatePairId: "p" }],
    ["p", { id: "p", type: "candidate-pair", localCandidateId: "l", remoteCandidateId: "r" }],
    ["l", { id: "l", type: "local-candidate", candidateType: path }],
    ["r", { id: "r", type: "remote-candidate", candidateType: "host" }],
  ]);
}

let offering: Page, answering: Page;

function meet(path = "host"): void {
  [offering, answering] = [new Page(true, path), new Page(false, path)];
  offering.channel.partner = answering.channel;
  answering.channel.partner = offering.channel;
}

async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(100);
}

beforeEach(() => {
  vi.useFakeTimers();
  meet();
});
afterEach(() => vi.useRealTimers());

it.each(["offering", "answering"])("seven open when the %s side wants them", async (side) => {
  (side === "offering" ? offering : answering).lanes.want();
  await settle();
  for (const page of [offering, answering]) {
    expect(page.made).toHaveLength(7);
    for (const connection of page.made) {
      expect(connection.remoteDescription).not.toBeNull();
      connection.opens();
    }
    expect(page.onLane).toHaveBeenCalledTimes(7);
  }
});

it("wanted twice, or by both sides at once, they are seven all the same", async () => {
  offering.lanes.want();
  answering.lanes.want();
  answering.lanes.want();
  await settle();
  expect(offering.made).toHaveLength(7);
  expect(answering.made).toHaveLength(7);
});

it("none goes through a relay", async () => {
  offering.lanes.want();
  await settle();
  const [servers] = offering.made.map(({ configuration }) => configuration.iceServers);
  expect(servers?.flatMap(({ urls }) => urls)).toEqual(["stun:stun.example"]);

  meet("relay");
  offering.lanes.want();
  await settle();
  expect(offering.made).toHaveLength(0);
});

it("when one is lost both sides give all up, and open others no sooner than half a minute after", async () => {
  offering.lanes.want();
  await settle();
  const first = [...offering.made, ...answering.made];
  for (const connection of first) connection.opens();
  answering.made[1]?.breaks();
  await settle();
  expect(first.every(({ closed }) => closed)).toBe(true);

  offering.lanes.want();
  await settle();
  expect(offering.made).toHaveLength(7);
  await vi.advanceTimersByTimeAsync(30_000);
  offering.lanes.want();
  await settle();
  expect(offering.made).toHaveLength(14);
  expect(answering.made).toHaveLength(14);
});

it("those that do not open in time are given up", async () => {
  offering.lanes.want();
  await settle();
  await vi.advanceTimersByTimeAsync(10_000);
  expect([...offering.made, ...answering.made].every(({ closed }) => closed)).toBe(true);
});

it("a page from before opens the three it knows, by the same numbers, and they stay", async () => {
  const known = { round: 0, open: vi.fn() };
  answering.channel.dispatchEvent = (event) => {
    const { type, round, lane } = JSON.parse((event as MessageEvent<string>).data) as {
      type: string;
      round: number;
      lane: number;
    };
    if (type !== "offer" || lane > 2) return true;
    known.round = round;
    known.open(3 * round + lane);
    answering.channel.send(JSON.stringify({ type: "answer", round, lane, sdp: "" }));
    return true;
  };
  offering.lanes.want();
  await settle();
  for (const connection of offering.made) if (connection.remoteDescription) connection.opens();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(offering.made.map(({ closed }) => closed)).toEqual([
    ...[false, false, false],
    ...[true, true, true, true],
  ]);
  const numbers = offering.onLane.mock.calls.map(([, id]: unknown[]) => id);
  expect(numbers).toEqual(known.open.mock.calls.map(([id]: unknown[]) => id));
  expect(numbers).toEqual([0, 1, 2].map((lane) => 3 * known.round + lane));
});

it("no number is given twice, however many rounds there are", async () => {
  for (let round = 0; round < 3; round++) {
    offering.lanes.want();
    await settle();
    for (const connection of offering.made) if (!connection.closed) connection.opens();
    offering.made.at(-1)?.breaks();
    await vi.advanceTimersByTimeAsync(30_000);
  }
  const numbers = offering.onLane.mock.calls.map(([, id]: unknown[]) => id);
  expect(numbers).toHaveLength(21);
  expect(new Set([0, ...numbers]).size).toBe(22);
});

it("a partner cannot have connections opened over and over", async () => {
  for (let round = 1; round <= 50; round++) {
    offering.channel.send(JSON.stringify({ type: "offer", round, lane: 0, sdp: "" }));
  }
  await settle();
  expect(answering.made).toHaveLength(1);
});

it.each([
  ["no JSON", "well"],
  ["a lane there is not", '{"type":"offer","round":1,"lane":7,"sdp":""}'],
  ["a round there is not", '{"type":"offer","round":0,"lane":0,"sdp":""}'],
  ["an endless one", `{"type":"offer","round":1,"lane":0,"sdp":"${"x".repeat(40_000)}"}`],
  ["no candidate", '{"type":"candidate","round":1,"lane":0,"candidate":"here"}'],
  ["something new", '{"type":"something new"}'],
])("%s is ignored", async (_, message) => {
  offering.channel.send(message);
  answering.channel.send(message);
  await settle();
  expect([...offering.made, ...answering.made]).toHaveLength(0);
});

it("leaves nothing open when the main connection is closed", async () => {
  offering.lanes.want();
  await settle();
  offering.lanes.close();
  expect(offering.made.every(({ closed }) => closed)).toBe(true);
  offering.lanes.want();
  await settle();
  expect(offering.made).toHaveLength(7);
});
