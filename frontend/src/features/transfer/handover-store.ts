import type { Signalling } from "../../lib/signalling";
import type { ConnectionPath } from "./connection-path";
import { Handover, type Transfer } from "./handover";
import { iceServers } from "./ice-servers";
import type { LinkEnd } from "./link";
import { PageGuard } from "./page-guard";
import { type ConnectionStatus, Peer } from "./peer";
import { browserName, reportTransfer } from "./report-transfer";
import { openBlobSink } from "./sink";
import { fileSource } from "./source";
import { isRunning, outcomeOf } from "./transfer-state";
import { videoPreview } from "./video-preview";
import { createWorkerHasher } from "./worker-hasher";

export interface HandoverView {
  transfers: readonly Transfer[];
  connection: ConnectionStatus;
  /** One tab of a browser hands over; the others say so and stand by. */
  place: "opening" | "here" | "another-tab";
  /** What the person has saved; anything else that arrived is gone with the page. */
  saved: ReadonlySet<string>;
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
  #view: HandoverView = {
    transfers: [],
    connection: { phase: "idle", overdue: false },
    place: "opening",
    saved: new Set(),
  };

  constructor(partners: Partners) {
    this.#partners = partners;
    this.#handover = new Handover(
      { openSink: openBlobSink, createHasher: createWorkerHasher },
      {
        onChange: (transfers) => this.#changed(transfers),
        onOver: (transfer, seconds) => this.#report(transfer, seconds),
        onWanted: (wanted) => {
          this.#wanted = wanted;
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

  async send(file: File): Promise<void> {
    this.#show({ misunderstanding: undefined });
    const preview = await videoPreview(file);
    this.#handover.send(fileSource(file), createWorkerHasher(), {
      name: file.name.replace(/[\\/]/g, "_"),
      size: file.size,
      mime: file.type,
      lastModified: file.lastModified,
      ...preview,
    });
  }

  accept(id: string): void {
    this.#handover.accept(id);
  }

  decline(id: string): void {
    this.#handover.decline(id);
  }

  cancel(id: string): void {
    this.#handover.cancel(id);
  }

  markSaved(id: string): void {
    this.#show({ saved: new Set([...this.#view.saved, id]) });
    this.#watchOver();
  }

  close(): void {
    this.#standDown.abort();
    this.#handover.close();
    this.#peer?.close();
    this.#guard.set({ running: false, unsaved: false });
  }

  /** The partner's signals reach every tab; only the one whose turn it is answers them. */
  async #takeTurn(): Promise<void> {
    if (!("locks" in navigator)) {
      this.#begin();
      return;
    }
    const { matchId, me } = this.#partners;
    const name = `handover ${matchId} ${me}`;
    const { signal } = this.#standDown;
    const held = () =>
      new Promise<void>((release) => signal.addEventListener("abort", () => release()));
    await navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
      if (!lock || signal.aborted) {
        this.#show({ place: "another-tab" });
        return;
      }
      this.#begin();
      await held();
    });
    if (signal.aborted) return;
    await navigator.locks.request(name, { signal }, async () => {
      this.#begin();
      await held();
    });
  }

  #begin(): void {
    const { me, partner, signalling } = this.#partners;
    this.#show({ place: "here" });
    this.#peer = new Peer({
      signalling,
      polite: me < partner,
      iceServers,
      onStatus: (connection) => {
        this.#path = connection.path ?? this.#path;
        this.#show({ connection });
      },
      onLanes: (lanes) => this.#handover.connect(lanes),
    });
    // A video may have been chosen before it was this tab's turn.
    this.#peer.want(this.#wanted);
  }

  #changed(transfers: readonly Transfer[]): void {
    this.#show({ transfers });
    this.#watchOver();
  }

  #watchOver(): void {
    const { transfers, saved } = this.#view;
    this.#guard.set({
      running: transfers.some(({ state }) => isRunning(state)),
      unsaved: transfers.some((transfer) => isUnsaved(transfer, saved)),
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
      reason: state.phase === "ended" ? `${state.end.reason} by ${state.end.by}` : null,
      browser: browserName(),
    });
  }

  #show(change: Partial<HandoverView>): void {
    this.#view = { ...this.#view, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** Arrived here, and kept by nothing but this page. */
export function isUnsaved({ id, state }: Transfer, saved: ReadonlySet<string>): boolean {
  return state.phase === "done" && state.file !== undefined && !saved.has(id);
}
