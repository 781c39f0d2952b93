import * as v from "valibot";
import { connectionPath } from "./connection-path";
import { RtcLane } from "./rtc-lane";

/**
 * Connections for bytes beside the main one. All channels of a connection share its congestion window, so
 * only further connections get more out of a network that is long or loses packets; see
 * docs/performance.md for what they bring.
 */
const LANES = 7;
/**
 * Lane n of a round is called by the number `3 × round + n`: a page from before knows three of them. A round of
 * more takes the numbers of those after it as well.
 */
const NUMBERS_OF_A_ROUND = 3;
const ROUNDS_TAKEN = Math.ceil(LANES / NUMBERS_OF_A_ROUND);
/** One that has not opened by then is not worth its wait. */
const OPENING_MS = 10_000;
/** Apart from each other, so that a network on which they fail is not kept busy with trying. */
const ROUNDS_APART_MS = 30_000;
/** The longest description there may be, in characters. */
const LONGEST_SDP = 32_768;

const shared = {
  round: v.pipe(v.number(), v.integer(), v.minValue(1)),
  lane: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(LANES - 1)),
};
const sdp = v.pipe(v.string(), v.maxLength(LONGEST_SDP));
const messageSchema = v.variant("type", [
  /** To the side that offers: lanes are wanted. */
  v.object({ type: v.literal("want") }),
  v.object({ type: v.literal("offer"), ...shared, sdp }),
  v.object({ type: v.literal("answer"), ...shared, sdp }),
  v.object({
    type: v.literal("candidate"),
    ...shared,
    candidate: v.record(v.string(), v.unknown()),
  }),
  v.object({ type: v.literal("lost"), round: shared.round }),
]);
type Message = v.InferOutput<typeof messageSchema>;

export interface SideLanesOptions {
  main: RTCPeerConnection;
  /** Of the main connection: what is agreed here never leaves the two browsers. */
  channel: RTCDataChannel;
  /** Exactly one of the two sides offers. */
  offers: boolean;
  createConnection: (configuration: RTCConfiguration) => RTCPeerConnection;
}

interface Side {
  connection: RTCPeerConnection;
  lane: RtcLane;
  early: RTCIceCandidateInit[];
  /** What a browser was asked to do with a connection that is closed meanwhile is never answered. */
  gone: Promise<void>;
  leave: () => void;
}

/**
 * Opens further lanes when they are wanted. They are an extra: when one is lost all are given up at once,
 * and what they carried goes over those that are left.
 */
export class SideLanes {
  readonly #options: SideLanesOptions;
  #round = 0;
  #begunAt = -Infinity;
  #sides: (Side | undefined)[] = [];
  #giveUp: ReturnType<typeof setTimeout> | undefined;
  #steps: Promise<unknown> = Promise.resolve();
  #closed = false;
  /** One has opened; it is also told of by its own closing. */
  onLane: ((lane: RtcLane, id: number) => void) | undefined;

  constructor(options: SideLanesOptions) {
    this.#options = options;
    options.channel.addEventListener("message", ({ data }: MessageEvent<unknown>) =>
      this.#hear(data),
    );
  }

  want(): void {
    if (this.#options.offers) this.#step(() => this.#open());
    else this.#tell({ type: "want" });
  }

  close(): void {
    this.#closed = true;
    this.#drop();
  }

  async #open(): Promise<void> {
    if (this.#sides.length > 0 || this.#isTooSoon()) return;
    // Whoever runs a relay pays for what goes through it, once for each connection.
    if ((await connectionPath(this.#options.main)) === "relay") return;
    const round = this.#begin(this.#round + ROUNDS_TAKEN);
    for (let lane = 0; lane < LANES; lane++) {
      const { connection, gone } = this.#side(round, lane);
      await Promise.race([connection.setLocalDescription(), gone]);
      if (round !== this.#round) return;
      this.#tell({ type: "offer", round, lane, sdp: connection.localDescription?.sdp ?? "" });
    }
  }

  #begin(round: number): number {
    this.#drop();
    this.#round = round;
    this.#begunAt = performance.now();
    this.#giveUp = setTimeout(() => {
      this.#dropUnanswered();
      const sides = this.#sides.filter((side) => side !== undefined);
      const open = sides.length > 0 && sides.every(({ lane }) => lane.isOpen);
      if (!open) this.#lose(round);
    }, OPENING_MS);
    return round;
  }

  /** A page from before answers to the first three alone. */
  #dropUnanswered(): void {
    this.#sides.forEach((side, lane) => {
      if (!side || side.connection.remoteDescription) return;
      this.#sides[lane] = undefined;
      end(side);
    });
  }

  #isTooSoon(): boolean {
    return performance.now() - this.#begunAt < ROUNDS_APART_MS;
  }

  #hear(data: unknown): void {
    const message = parse(data);
    if (message) this.#step(() => this.#take(message));
  }

  async #take(message: Message): Promise<void> {
    if (message.type === "want") {
      if (this.#options.offers) await this.#open();
    } else if (message.type === "offer") {
      await this.#answer(message);
    } else if (message.round === this.#round) {
      if (message.type === "lost") this.#drop();
      else await this.#apply(message);
    }
  }

  async #answer({ round, lane, sdp }: Extract<Message, { type: "offer" }>): Promise<void> {
    if (this.#options.offers || round < this.#round) return;
    if (round > this.#round) {
      if (this.#isTooSoon()) {
        this.#tell({ type: "lost", round });
        return;
      }
      this.#begin(round);
    }
    if (this.#sides[lane]) return;
    const { connection, gone } = this.#side(round, lane);
    await this.#applyRemote(lane, { type: "offer", sdp });
    await Promise.race([connection.setLocalDescription(), gone]);
    this.#tell({ type: "answer", round, lane, sdp: connection.localDescription?.sdp ?? "" });
  }

  async #apply(message: Extract<Message, { lane: number }>): Promise<void> {
    const side = this.#sides[message.lane];
    if (!side) return;
    if (message.type === "answer") {
      if (side.connection.signalingState !== "have-local-offer") return;
      await this.#applyRemote(message.lane, { type: "answer", sdp: message.sdp });
    } else if (message.type === "candidate") {
      if (!side.connection.remoteDescription) side.early.push(message.candidate);
      else await Promise.race([side.connection.addIceCandidate(message.candidate), side.gone]);
    }
  }

  async #applyRemote(lane: number, description: RTCSessionDescriptionInit): Promise<void> {
    const side = this.#sides[lane];
    if (!side) return;
    const { connection, gone, early } = side;
    await Promise.race([connection.setRemoteDescription(description), gone]);
    for (const candidate of early.splice(0))
      await Promise.race([connection.addIceCandidate(candidate), gone]);
  }

  #side(round: number, lane: number): Side {
    const { main, createConnection } = this.#options;
    const connection = createConnection(withoutRelays(main.getConfiguration()));
    const channel = connection.createDataChannel("data", { negotiated: true, id: 0 });
    let leave!: () => void;
    const gone = new Promise<void>((resolve) => (leave = resolve));
    const side = { connection, lane: new RtcLane(channel), early: [], gone, leave };
    this.#sides[lane] = side;
    channel.addEventListener("open", () => {
      if (round === this.#round) this.onLane?.(side.lane, round * NUMBERS_OF_A_ROUND + lane);
    });
    channel.addEventListener("close", () => this.#lose(round));
    connection.addEventListener("icecandidate", ({ candidate }) => {
      if (candidate?.candidate && round === this.#round)
        this.#tell({ type: "candidate", round, lane, candidate: { ...candidate.toJSON() } });
    });
    connection.addEventListener("iceconnectionstatechange", () => {
      if (["disconnected", "failed"].includes(connection.iceConnectionState)) this.#lose(round);
    });
    connection.addEventListener("connectionstatechange", () => {
      if (connection.connectionState === "failed") this.#lose(round);
    });
    return side;
  }

  #lose(round: number): void {
    if (round !== this.#round || this.#sides.length === 0) return;
    this.#tell({ type: "lost", round });
    this.#drop();
  }

  #drop(): void {
    clearTimeout(this.#giveUp);
    for (const side of this.#sides.splice(0)) if (side) end(side);
  }

  #tell(message: Message): void {
    const { channel } = this.#options;
    if (channel.readyState === "open") channel.send(JSON.stringify(message));
  }

  #step(step: () => Promise<void>): void {
    this.#steps = this.#steps
      .then(() => (this.#closed ? undefined : step()))
      .catch((cause: unknown) => {
        console.warn("no further lane could be opened", cause);
        this.#lose(this.#round);
      });
  }
}

function end({ connection, lane, leave }: Side): void {
  leave();
  connection.close();
  lane.lost();
}

function withoutRelays(configuration: RTCConfiguration): RTCConfiguration {
  const isRelay = (url: string) => /^turns?:/.test(url);
  const iceServers = (configuration.iceServers ?? [])
    .map((server) => ({ ...server, urls: [server.urls].flat().filter((url) => !isRelay(url)) }))
    .filter(({ urls }) => urls.length > 0);
  return { ...configuration, iceServers };
}

function parse(data: unknown): Message | undefined {
  if (typeof data !== "string" || data.length > 2 * LONGEST_SDP) return undefined;
  try {
    const { success, output } = v.safeParse(messageSchema, JSON.parse(data));
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}
