import type { Signalling } from "../../lib/signalling";
import type { ChosenVideo } from "../../lib/chosen-video";
import type { ConnectionPath } from "../../lib/peer/connection-path";
import { forgetAddress } from "./file-address";
import { askToRead, mayRead } from "./file-permission";
import { Handover, type Transfer } from "../../lib/transfer/handover";
import { iceServers } from "../../lib/peer/ice-servers";
import { keepForGood, type KeepingPlace, openSink } from "../../lib/keeping/keeping-place";
import { KeepingWatch } from "./keeping-watch";
import type { LinkEnd } from "../../lib/transfer/link";
import { LookingTime } from "./looking-time";
import { PageGuard } from "./page-guard";
import { type ConnectionStatus, Peer } from "../../lib/peer/peer";
import { needsConsent } from "./relay-consent";
import { browserName, reportTransfer } from "./report-transfer";
import type { SaveResult } from "./save-file";
import { sendableName } from "../../lib/transfer/sendable";
import { fileSource } from "../../lib/reading/file-source";
import { storedRecords, sweepHandovers } from "../../lib/keeping/stored-records";
import { isRunning, outcomeOf } from "../../lib/transfer/transfer-state";
import { videoPreview } from "./video-preview";
import { createWorkerHasher } from "../../lib/keeping/worker-hasher";

export interface HandoverView {
  transfers: readonly Transfer[];
  connection: ConnectionStatus;
  /** One tab of a browser hands over; the others say so and stand by. */
  place: "opening" | "here" | "another-tab";
  /** What the person has saved, so that the page may be closed without asking. */
  saved: ReadonlySet<string>;
  /** Where a video would be kept here, as soon as one is offered. */
  keeping?: KeepingPlace | undefined;
  /** What stopped because only a relay was found, until the person says that it may use one. */
  overRelay: ReadonlySet<string>;
  misunderstanding?: Exclude<LinkEnd, "lost"> | undefined;
}

export interface Partners {
  matchId: string;
  me: string;
  partner: string;
  signalling: Signalling;
}

/**
 * The handover of one match as the page sees it: owns the machines, the connection and the guard, and
 * tells whoever subscribes. It lives outside of React, so that leaving the page inside the app ends nothing.
 */
export class HandoverStore {
  readonly #partners: Partners;
  readonly #listeners = new Set<() => void>();
  readonly #guard = new PageGuard();
  readonly #handover: Handover;
  readonly #standDown = new AbortController();
  #peer: Peer | undefined;
  #wanted = false;
  /** The latest there was, since a transfer may end because it is gone. */
  #path: ConnectionPath | undefined;
  readonly #looking = new LookingTime();
  readonly #keeping = new KeepingWatch((keeping) => this.#show({ keeping }));
  #mayUseRelay = false;
  #view: HandoverView = {
    transfers: [],
    connection: { phase: "idle", overdue: false },
    place: "opening",
    saved: new Set(),
    overRelay: new Set(),
  };

  constructor(partners: Partners) {
    this.#partners = partners;
    this.#handover = new Handover(
      { openSink, createHasher: createWorkerHasher },
      storedRecords(partners),
      {
        onChange: (transfers) => this.#changed(transfers),
        onOver: (transfer, seconds) => this.#report(transfer, seconds),
        onWanted: (wanted) => {
          this.#wanted = wanted;
          this.#looking.want(wanted, performance.now());
          this.#peer?.want(wanted);
        },
        onMisunderstanding: (misunderstanding) => {
          this.#show({ misunderstanding });
          this.#peer?.hangUp();
        },
      },
    );
    this.#takeTurn().catch((cause: unknown) => {
      if (!this.#standDown.signal.aborted) console.error("no turn to hand over", cause);
    });
  }

  get view(): HandoverView {
    return this.#view;
  }

  get inUse(): boolean {
    return this.#view.transfers.length > 0 || this.#listeners.size > 0;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Sends a video, or goes on with one that a page before this one had begun to send. */
  async send({ file, handle }: ChosenVideo): Promise<void> {
    this.#show({ misunderstanding: undefined });
    const begun = this.#view.transfers.find((transfer) => isSameFile(transfer, file));
    if (begun && (await this.goOn(begun.id, file))) return;
    const preview = await videoPreview(file);
    const described = {
      name: file.name,
      size: file.size,
      mime: file.type,
      lastModified: file.lastModified,
      ...preview,
    };
    this.#handover.send(fileSource(file), described, handle);
  }

  /** With a file that an earlier page had begun to send; answers whether this is that file. */
  async goOn(id: string, file: File): Promise<boolean> {
    try {
      return await this.#handover.give(id, fileSource(file));
    } catch (cause) {
      console.warn("the file cannot be read", cause);
      return false;
    }
  }

  /** Reads a file of before again where the browser lets us; to be called as the person presses something. */
  async readAgain({ id, handle }: Transfer): Promise<boolean> {
    return handle !== undefined && (await askToRead(handle)) && this.#reread(id, handle);
  }

  accept(id: string): void {
    void keepForGood();
    this.#handover.accept(id);
  }

  decline(id: string): void {
    this.#handover.decline(id);
  }

  pause(id: string): void {
    this.#handover.pause(id);
  }

  resume(id: string): void {
    this.#handover.resume(id);
  }

  cancel(id: string): void {
    this.#handover.cancel(id);
  }

  /** The person lets gigabytes go through the relay. */
  allowRelay(): void {
    this.#mayUseRelay = true;
    this.#goOnWithStopped();
  }

  /** `confirmed`: it was seen to be written elsewhere, and need not be kept here after this page. */
  markSaved(id: string, how: SaveResult): void {
    this.#show({ saved: new Set([...this.#view.saved, id]) });
    if (how === "confirmed") this.#handover.saved(id);
    this.#watchOver();
  }

  remove(id: string): void {
    const removed = this.#view.transfers.find((transfer) => transfer.id === id);
    this.#handover.remove(id);
    if (removed) forgetVideoOf(removed);
  }

  close(): void {
    this.#standDown.abort();
    this.#handover.close();
    this.#peer?.close();
    this.#keeping.watch(0);
    this.#view.transfers.forEach(forgetVideoOf);
    this.#guard.set({ running: false, unsaved: false });
  }

  /** The partner's signals reach every tab; only the one whose turn it is answers them. */
  async #takeTurn(): Promise<void> {
    if (!("locks" in navigator)) {
      await this.#begin();
      return;
    }
    const { matchId, me } = this.#partners;
    const name = `handover ${matchId} ${me}`;
    const { signal } = this.#standDown;
    const held = () =>
      new Promise<void>((release) => {
        if (signal.aborted) release();
        else signal.addEventListener("abort", () => release(), { once: true });
      });
    await navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
      if (!lock || signal.aborted) {
        this.#show({ place: "another-tab" });
        return;
      }
      await this.#begin();
      await held();
    });
    if (signal.aborted) return;
    await navigator.locks.request(name, { signal }, async () => {
      await this.#begin();
      await held();
    });
  }

  async #begin(): Promise<void> {
    await this.#restore();
    if (this.#standDown.signal.aborted) {
      // What was opened since then is let go of as well.
      this.#handover.close();
      return;
    }
    const { me, partner, signalling } = this.#partners;
    this.#show({ place: "here" });
    this.#peer = new Peer({
      signalling,
      polite: me < partner,
      iceServers,
      onStatus: (connection) => {
        this.#path = connection.path ?? this.#path;
        this.#looking.note(connection, performance.now());
        this.#show({ connection });
        this.#askForRelay();
      },
      onLanes: (lanes) => this.#handover.connect(lanes),
    });
    // A video may have been chosen before it was this tab's turn.
    this.#peer.want(this.#wanted);
  }

  /** Without what an earlier page left one can still hand over. */
  async #restore(): Promise<void> {
    try {
      await sweepHandovers();
      if (this.#standDown.signal.aborted) return;
      await this.#handover.restore();
    } catch (cause) {
      console.warn("nothing of before can be found", cause);
    }
    for (const { id, state, handle } of this.#view.transfers) {
      if (state.phase !== "missing" || !handle) continue;
      if (await mayRead(handle)) await this.#reread(id, handle);
    }
  }

  async #reread(id: string, handle: FileSystemFileHandle): Promise<boolean> {
    try {
      return await this.goOn(id, await handle.getFile());
    } catch (cause) {
      console.warn("the file is not where it was", cause);
      return false;
    }
  }

  #changed(transfers: readonly Transfer[]): void {
    this.#show({ transfers });
    this.#watchOver();
    this.#askForRelay();
    const offered = transfers.filter(
      ({ direction, state }) => direction === "received" && state.phase === "offered",
    );
    this.#keeping.watch(offered.length);
  }

  #askForRelay(): void {
    const { transfers, connection, overRelay } = this.#view;
    if (connection.path !== undefined && connection.path !== "relay") {
      this.#goOnWithStopped();
      return;
    }
    if (this.#mayUseRelay || connection.path !== "relay") return;
    const stopping = transfers.filter((transfer) => needsConsent(transfer));
    if (stopping.length === 0) return;
    this.#show({ overRelay: new Set([...overRelay, ...stopping.map(({ id }) => id)]) });
    for (const { id } of stopping) this.#handover.pause(id);
  }

  #goOnWithStopped(): void {
    const { overRelay } = this.#view;
    if (overRelay.size === 0) return;
    this.#show({ overRelay: new Set() });
    for (const id of overRelay) this.#handover.resume(id);
  }

  #watchOver(): void {
    const { transfers, saved } = this.#view;
    this.#guard.set({
      running: transfers.some(({ state }) => isRunning(state)),
      unsaved: transfers.some((transfer) => isUnsaved(transfer, saved) && !isDurable(transfer)),
    });
  }

  #report({ id, direction, state }: Transfer, seconds: number): void {
    const outcome = outcomeOf(state);
    if (!outcome) return;
    void reportTransfer({
      matchId: this.#partners.matchId,
      transferId: id,
      direction,
      outcome,
      bytes: state.bytes,
      seconds,
      path: this.#path ?? null,
      connected: this.#looking.found || state.phase === "done" || this.#path !== undefined,
      connectSeconds: this.#looking.seconds ?? null,
      reason: state.phase === "ended" ? `${state.end.reason} by ${state.end.by}` : null,
      proof: state.phase === "done" ? state.root : null,
      browser: browserName(),
    });
  }

  #show(change: Partial<HandoverView>): void {
    this.#view = { ...this.#view, ...change };
    for (const listener of this.#listeners) listener();
  }
}

function forgetVideoOf({ state }: Transfer): void {
  if (state.phase === "done" && state.kept) forgetAddress(state.kept.file);
}

/** Arrived here, and not yet put where the person keeps such things. */
export function isUnsaved({ id, state }: Transfer, saved: ReadonlySet<string>): boolean {
  return state.phase === "done" && state.kept !== undefined && !saved.has(id);
}

function isDurable({ state }: Transfer): boolean {
  return state.phase === "done" && state.kept?.durable === true;
}

/** Whether this is the file of a transfer that waits for it; its blocks prove it afterwards. */
function isSameFile({ direction, offer, state }: Transfer, file: File): boolean {
  return (
    direction === "sent" &&
    state.phase === "missing" &&
    offer.name === sendableName(file.name) &&
    offer.size === file.size &&
    offer.lastModified === file.lastModified
  );
}
