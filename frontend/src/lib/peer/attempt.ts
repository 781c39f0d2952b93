import type { Signal } from "../signalling";
import { LARGEST_MESSAGE, UNANNOUNCED_MESSAGE } from "../transfer/frames";
import type { Lanes } from "../transfer/lane";
import { RtcLane } from "./rtc-lane";
import { SideLanes } from "./side-lanes";
import { answering, answers, sessionOf } from "./sdp";

export interface AttemptEvents {
  send(signal: Signal): void;
  /** Both channels are open. */
  onOpen(lanes: Lanes): void;
  /** The path carries again, be it for the first time or after an interruption. */
  onPath(): void;
  /** Nothing arrives just now; it may come back by itself. */
  onInterrupted(): void;
  /** It will not come back by itself. */
  onFailed(): void;
  /** A relay did not accept our credentials. */
  onRelayRefused(): void;
  /** The channels were closed from the other side. */
  onClosed(): void;
}

export type CreateConnection = (configuration: RTCConfiguration) => RTCPeerConnection;

/** What a relay answers to credentials it does not know, or that have run out (RFC 8656). */
const REFUSALS = [401, 403, 438, 441];

/**
 * One `RTCPeerConnection` and its negotiation. The caller gives it one signal at a time, so that an offer
 * meets either a stable connection or an offer of ours, never something half done.
 */
export class Attempt {
  readonly connection: RTCPeerConnection;
  readonly #polite: boolean;
  readonly #create: CreateConnection;
  readonly #events: AttemptEvents;
  #lanes: { control: RtcLane; data: RtcLane } | undefined;
  #side: SideLanes | undefined;
  #remoteSession: string | undefined;
  #early: RTCIceCandidateInit[] = [];
  #closed = false;
  #giveUp: (() => void) | undefined;
  /** What a browser was asked to do with a connection that is closed meanwhile is never answered. */
  readonly #givenUp = new Promise<void>((resolve) => (this.#giveUp = resolve));

  constructor(
    configuration: RTCConfiguration,
    create: CreateConnection,
    polite: boolean,
    events: AttemptEvents,
  ) {
    const connection = create(configuration);
    this.connection = connection;
    this.#create = create;
    this.#polite = polite;
    this.#events = events;
    connection.addEventListener("icecandidate", ({ candidate }) => {
      if (candidate?.candidate) events.send({ type: "candidate", candidate: candidate.toJSON() });
    });
    connection.addEventListener("icecandidateerror", ({ errorCode }) => {
      if (REFUSALS.includes(errorCode)) events.onRelayRefused();
    });
    connection.addEventListener("iceconnectionstatechange", () => {
      const state = connection.iceConnectionState;
      if (state === "disconnected") events.onInterrupted();
      if (state === "failed") events.onFailed();
      if (state === "connected" || state === "completed") events.onPath();
    });
    connection.addEventListener("connectionstatechange", () => {
      // A handshake that fails above ICE shows only here.
      if (connection.connectionState === "failed") events.onFailed();
    });
  }

  /** The partner's connection this one is paired with. */
  get remoteSession(): string | undefined {
    return this.#remoteSession;
  }

  get answered(): boolean {
    return this.#remoteSession !== undefined;
  }

  /** Our offer to connect, or, with `iceRestart`, to find a new path. */
  offer(options?: RTCOfferOptions): Promise<void> {
    return Promise.race([this.#offer(options), this.#givenUp]);
  }

  receiveOffer(offer: RTCSessionDescriptionInit): Promise<void> {
    return Promise.race([this.#answer(offer), this.#givenUp]);
  }

  receiveAnswer(answer: RTCSessionDescriptionInit): Promise<void> {
    return Promise.race([this.#take(answer), this.#givenUp]);
  }

  async #offer(options?: RTCOfferOptions): Promise<void> {
    this.#openChannels();
    await this.connection.setLocalDescription(await this.connection.createOffer(options));
    const offer = this.connection.localDescription;
    if (offer) this.#events.send({ type: "offer", offer: offer.toJSON() });
  }

  async #answer(offer: RTCSessionDescriptionInit): Promise<void> {
    // Perfect negotiation: when two offers cross, the impolite side insists and the polite one yields.
    if (this.connection.signalingState !== "stable" && !this.#polite) return;
    await this.#applyRemote(offer);
    // Channels after the offer: before it, they would ask for a negotiation of their own.
    this.#openChannels();
    await this.connection.setLocalDescription();
    const answer = this.connection.localDescription;
    if (answer) this.#events.send({ type: "answer", answer: answering(answer.toJSON(), offer) });
  }

  async #take(answer: RTCSessionDescriptionInit): Promise<void> {
    const offer = this.connection.localDescription;
    if (this.connection.signalingState !== "have-local-offer" || !offer) return;
    if (answers(answer, offer)) await this.#applyRemote(answer);
  }

  async receiveCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    if (!this.connection.remoteDescription) {
      this.#early.push(candidate);
      return;
    }
    try {
      await this.connection.addIceCandidate(candidate);
    } catch {
      // Of a negotiation that was given up: its user fragment is no longer known. Nothing is lost with it.
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#giveUp?.();
    this.#side?.close();
    this.connection.close();
    this.#lanes?.control.lost();
    this.#lanes?.data.lost();
  }

  async #applyRemote(description: RTCSessionDescriptionInit): Promise<void> {
    await this.connection.setRemoteDescription(description);
    this.#remoteSession = sessionOf(description);
    for (const candidate of this.#early.splice(0)) await this.receiveCandidate(candidate);
  }

  /** Agreed on by number, so that both sides have them whoever's offer is taken. */
  #openChannels(): void {
    if (this.#lanes) return;
    const control = this.connection.createDataChannel("control", { negotiated: true, id: 0 });
    const data = this.connection.createDataChannel("data", { negotiated: true, id: 1 });
    const lanes = { control: new RtcLane(control), data: new RtcLane(data) };
    this.#lanes = lanes;
    const side = new SideLanes({
      main: this.connection,
      channel: this.connection.createDataChannel("lanes", { negotiated: true, id: 2 }),
      offers: !this.#polite,
      createConnection: this.#create,
    });
    this.#side = side;
    const opened = () => {
      if (control.readyState !== "open" || data.readyState !== "open") return;
      const announced = this.connection.sctp?.maxMessageSize ?? UNANNOUNCED_MESSAGE;
      const opened: Lanes = {
        ...lanes,
        maxMessage: Math.min(announced, LARGEST_MESSAGE),
        widen: () => side.want(),
      };
      side.onLane = (lane, id) => opened.onLane?.(lane, id);
      this.#events.onOpen(opened);
    };
    for (const channel of [control, data]) {
      channel.addEventListener("open", opened);
      channel.addEventListener("close", () => {
        if (!this.#closed) this.#events.onClosed();
      });
    }
  }
}
