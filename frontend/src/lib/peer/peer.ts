import { backoffDelay } from "../backoff";
import { type Signal, type Signalling, SignalRefused } from "../signalling";
import { Attempt, type CreateConnection } from "./attempt";
import { connectionPath, type ConnectionPath } from "./connection-path";
import type { Lanes } from "../transfer/lane";
import { isAlive } from "./liveness";
import { onPageWakes } from "./page-wakes";
import { sessionOf } from "./sdp";

/** What stands between the two browsers just now. */
export type Obstacle =
  | "we-are-offline"
  | "partner-offline"
  /** The server passes nothing on for this match any more. */
  | "match-closed"
  /** The server asked for fewer signals. */
  | "too-busy"
  | "no-answer"
  | "no-path"
  /** The relay did not take our credentials; new ones are being fetched. */
  | "relay-refused";

export interface ConnectionStatus {
  phase: "idle" | "looking" | "connected" | "recovering";
  path?: ConnectionPath | undefined;
  obstacle?: Obstacle | undefined;
  /** Wanted and lacking for so long that the person should be offered another way. Trying goes on. */
  overdue: boolean;
}

export interface PeerOptions {
  signalling: Signalling;
  /** Exactly one of the two yields when both offer at once. */
  polite: boolean;
  /** `fresh`: what was answered before is no longer good. */
  iceServers: (wanted?: { fresh?: boolean }) => Promise<RTCIceServer[]>;
  /** Tells when the page may have slept; answers the way to stop listening. */
  onPageWakes?: (listener: () => void) => () => void;
  createConnection?: CreateConnection;
  onStatus: (status: ConnectionStatus) => void;
  onLanes: (lanes: Lanes) => void;
}

/** An attempt that has not connected by then begins anew, with new candidates. */
const ATTEMPT_MS = 15_000;
const OVERDUE_MS = 30_000;
/** One that is lost before that has failed as well: two pages that part at their first words pause ever longer. */
const STEADY_MS = 10_000;
/** ICE often heals by itself within this time. */
const INTERRUPTION_MS = 4000;
const RESTART_MS = 10_000;
const FRESH_MS = 2000;
/** What an offer that reaches the partner takes out of the way. */
const UNHEARD: ReadonlySet<Obstacle | undefined> = new Set([
  "we-are-offline",
  "partner-offline",
  "match-closed",
  "too-busy",
]);

/**
 * Gets a connection to the partner's browser and keeps it while it is wanted: looks for them, comes back
 * when they do, finds new paths. It offers only when it is wanted here; else it only answers.
 */
export class Peer {
  readonly #options: PeerOptions;
  readonly #subscriptions: (() => void)[];
  #wanted = false;
  #online = true;
  #attempt: Attempt | undefined;
  #status: ConnectionStatus = { phase: "idle", overdue: false };
  /** Partner's connections whose half here was given up; their late signals mean nothing any more. */
  readonly #retired = new Set<string>();
  #failures = 0;
  /** When the latest attempt was begun, by the clock of `performance`. */
  #begunAt = -Infinity;
  /** The attempt for which new credentials have been asked for: once, or a relay could keep us busy. */
  #renewedFor: Attempt | undefined;
  #steps: Promise<unknown> = Promise.resolve();
  #retry: Timer;
  #steady: Timer;
  #watchdog: Timer;
  #overdue: Timer;
  #closed = false;

  constructor(options: PeerOptions) {
    this.#options = options;
    this.#subscriptions = [
      options.signalling.subscribe((signal) => this.#receive(signal)),
      options.signalling.onConnectivity((online) => this.#connectivity(online)),
      (options.onPageWakes ?? onPageWakes)(() => this.#wake()),
    ];
  }

  want(wanted: boolean): void {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    if (wanted) {
      this.#keepTime();
      if (!this.#attempt) this.#try();
    } else {
      clearTimeout(this.#retry);
      if (this.#status.phase !== "connected") this.#drop();
      this.#show({ obstacle: undefined });
    }
  }

  /** Gives the connection up: what came over it made no sense. Another is looked for after a pause. */
  hangUp(): void {
    this.#drop();
    if (this.#wanted) this.#tryLater(undefined);
  }

  close(): void {
    this.#closed = true;
    for (const stop of this.#subscriptions) stop();
    clearTimeout(this.#retry);
    this.#drop();
    this.#keepTime();
  }

  #connectivity(online: boolean): void {
    this.#online = online;
    if (!online) {
      if (this.#status.phase !== "connected") this.#show({ obstacle: "we-are-offline" });
      return;
    }
    // A knock: whoever waits for us at the other end need not wait for their next try.
    this.#send({ type: "candidate", candidate: null });
    if (this.#wanted && this.#status.phase !== "connected") this.#try();
  }

  #receive(signal: Signal): void {
    if (signal.type === "candidate" && signal.candidate === null) {
      this.#knocked();
      return;
    }
    this.#step(async () => {
      if (signal.type === "offer") await this.#receiveOffer(signal.offer);
      else if (signal.type === "answer") await this.#attempt?.receiveAnswer(signal.answer);
      else if (signal.candidate) await this.#attempt?.receiveCandidate(signal.candidate);
    });
  }

  /** Back from the background: what was being waited for may long be over. */
  #wake(): void {
    const attempt = this.#attempt;
    if (this.#status.phase === "connected" && attempt) void this.#probe(attempt);
    else if (this.#status.phase === "recovering" && attempt) this.#restart(attempt);
    // One that has only just begun gets its time: a page that wakes says so several times at once.
    else if (this.#wanted && performance.now() - this.#begunAt > FRESH_MS) {
      this.#begunAt = performance.now();
      this.#try();
    }
  }

  async #probe(attempt: Attempt): Promise<void> {
    const alive = await isAlive(attempt.connection).catch(() => false);
    if (alive || attempt !== this.#attempt || this.#status.phase !== "connected") return;
    this.#restart(attempt);
  }

  #knocked(): void {
    if (this.#wanted && this.#status.phase === "looking") this.#try();
  }

  async #receiveOffer(offer: RTCSessionDescriptionInit): Promise<void> {
    const session = sessionOf(offer);
    if (session === undefined || this.#retired.has(session)) return;
    const paired = this.#attempt?.remoteSession;
    // The partner has begun anew, so the connection we had is gone on their side already.
    if (paired !== undefined && paired !== session) this.#drop();
    await (this.#attempt ?? (await this.#begin())).receiveOffer(offer);
  }

  /** Begins anew, whatever was. */
  #try(): void {
    this.#step(async () => {
      if (!this.#wanted || this.#status.phase === "connected") return;
      this.#drop();
      await (await this.#begin()).offer();
    });
  }

  async #begin(): Promise<Attempt> {
    clearTimeout(this.#retry);
    this.#begunAt = performance.now();
    const iceServers = await this.#options.iceServers();
    const create = this.#options.createConnection ?? ((config) => new RTCPeerConnection(config));
    const attempt = new Attempt({ iceServers }, create, this.#options.polite, {
      send: (signal) => this.#send(signal, attempt),
      onOpen: (lanes) => this.#opened(attempt, lanes),
      onPath: () => this.#found(attempt),
      onInterrupted: () => this.#interrupted(attempt),
      onFailed: () => this.#failed(attempt),
      onRelayRefused: () => this.#refused(attempt),
      onClosed: () => this.#lost(attempt),
    });
    this.#attempt = attempt;
    this.#watch(ATTEMPT_MS, attempt, () => this.#lost(attempt));
    this.#show({ phase: "looking", path: undefined });
    return attempt;
  }

  #opened(attempt: Attempt, lanes: Lanes): void {
    if (attempt !== this.#attempt) return;
    clearTimeout(this.#watchdog);
    this.#steady = setTimeout(() => (this.#failures = 0), STEADY_MS);
    this.#show({ phase: "connected", obstacle: undefined });
    this.#found(attempt);
    this.#options.onLanes(lanes);
  }

  #found(attempt: Attempt): void {
    if (attempt !== this.#attempt || !["connected", "recovering"].includes(this.#status.phase))
      return;
    clearTimeout(this.#watchdog);
    this.#show({ phase: "connected", obstacle: undefined });
    void connectionPath(attempt.connection).then((path) => {
      if (attempt === this.#attempt) this.#show({ path });
    });
  }

  #interrupted(attempt: Attempt): void {
    if (attempt !== this.#attempt || this.#status.phase !== "connected") return;
    this.#show({ phase: "recovering" });
    this.#watch(INTERRUPTION_MS, attempt, () => this.#restart(attempt));
  }

  #failed(attempt: Attempt): void {
    if (attempt !== this.#attempt) return;
    if (this.#status.phase === "connected" || this.#status.phase === "recovering") {
      this.#restart(attempt);
    } else {
      this.#lost(attempt);
    }
  }

  /** New path, same connection: the channels and all they carry survive. */
  #restart(attempt: Attempt): void {
    this.#show({ phase: "recovering" });
    this.#watch(RESTART_MS, attempt, () => this.#lost(attempt));
    // Else it is for the partner to look for a path, and all we have to do is to be here still.
    if (this.#wanted) this.#step(() => this.#reconfigure(attempt));
  }

  /** Relays want credentials that are still good, so each new search for a path takes the latest. */
  async #reconfigure(attempt: Attempt, wanted?: { fresh: boolean }): Promise<void> {
    const iceServers = await this.#options.iceServers(wanted);
    if (attempt !== this.#attempt || (wanted?.fresh && this.#status.phase === "connected")) return;
    attempt.connection.setConfiguration({ ...attempt.connection.getConfiguration(), iceServers });
    await attempt.offer({ iceRestart: true });
  }

  /** Credentials run out, and secrets are changed: nobody should have to reload the page for that. */
  #refused(attempt: Attempt): void {
    if (attempt !== this.#attempt || this.#renewedFor === attempt) return;
    this.#renewedFor = attempt;
    if (this.#status.phase !== "connected") this.#show({ obstacle: "relay-refused" });
    this.#step(() => this.#reconfigure(attempt, { fresh: true }));
  }

  #lost(attempt: Attempt): void {
    if (attempt !== this.#attempt) return;
    const obstacle = this.#obstacleOf(attempt);
    this.#drop();
    if (this.#wanted) this.#tryLater(obstacle);
  }

  #obstacleOf(attempt: Attempt): Obstacle {
    if (!this.#online) return "we-are-offline";
    if (!attempt.answered) return "no-answer";
    return attempt === this.#renewedFor ? "relay-refused" : "no-path";
  }

  #tryLater(obstacle: Obstacle | undefined): void {
    this.#show({ phase: "looking", obstacle });
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#try(), backoffDelay(this.#failures++));
  }

  #drop(): void {
    clearTimeout(this.#steady);
    clearTimeout(this.#watchdog);
    const attempt = this.#attempt;
    this.#attempt = undefined;
    if (!attempt) return;
    if (attempt.remoteSession !== undefined) this.#retired.add(attempt.remoteSession);
    attempt.close();
    this.#show({ phase: this.#wanted ? "looking" : "idle", path: undefined });
  }

  #send(signal: Signal, attempt?: Attempt): void {
    if (attempt !== this.#attempt && attempt !== undefined) return;
    this.#options.signalling.send(signal).then(
      ({ delivered }) => {
        if (signal.type !== "offer") return;
        if (delivered === 0) this.#unheard(attempt, "partner-offline");
        else if (UNHEARD.has(this.#status.obstacle)) this.#show({ obstacle: undefined });
      },
      (cause: unknown) => {
        const why = cause instanceof SignalRefused ? cause.why : "we-are-offline";
        if (signal.type === "offer") this.#unheard(attempt, why);
      },
    );
  }

  #unheard(attempt: Attempt | undefined, obstacle: Obstacle): void {
    if (attempt !== this.#attempt || this.#status.phase !== "looking") return;
    this.#drop();
    if (this.#wanted) this.#tryLater(obstacle);
  }

  get #isLacking(): boolean {
    return this.#wanted && !this.#closed && this.#status.phase !== "connected";
  }

  #keepTime(): void {
    if (this.#isLacking) {
      this.#overdue ??= setTimeout(() => this.#show({ overdue: true }), OVERDUE_MS);
    } else {
      clearTimeout(this.#overdue);
      this.#overdue = undefined;
    }
  }

  #watch(milliseconds: number, attempt: Attempt, then: () => void): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      if (attempt === this.#attempt) then();
    }, milliseconds);
  }

  /** One thing at a time: a signal is never handled while another is half done. */
  #step(step: () => Promise<void>): void {
    this.#steps = this.#steps
      .then(() => (this.#closed ? undefined : step()))
      .catch((cause: unknown) => {
        console.warn("the connection could not be negotiated", cause);
        if (this.#attempt) this.#lost(this.#attempt);
        else if (this.#wanted && !this.#closed) this.#tryLater("no-path");
      });
  }

  #show(change: Partial<ConnectionStatus>): void {
    this.#status = { ...this.#status, ...change };
    if (!this.#isLacking) this.#status.overdue = false;
    this.#keepTime();
    this.#options.onStatus(this.#status);
  }
}

type Timer = ReturnType<typeof setTimeout> | undefined;
