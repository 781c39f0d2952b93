import type { Offer, ReceiverMessage, SenderMessage } from "./control";
import { isFromSender } from "./control";
import type { Frame } from "./frames";
import type { Hasher } from "./hasher";
import type { Lanes } from "./lane";
import type { Keeping } from "./kept-file";
import { Link, type LinkEnd } from "./link";
import { type Pace, PaceMeter } from "./pace";
import { Receiver } from "./receiver";
import { Sender } from "./sender";
import type { Source } from "./source";
import { type End, isOver, type TransferState } from "./transfer-state";
import { ProtocolViolation } from "./violation";

/** One file on its way, as the page shows it. */
export interface Transfer {
  id: string;
  direction: "sent" | "received";
  offer: Offer;
  state: TransferState;
  pace?: Pace;
}

export interface HandoverEvents {
  /** Something visible changed. Progress comes at most five times a second. */
  onChange(transfers: readonly Transfer[]): void;
  /** Once per transfer, when it is over; the time it took from its acceptance, in seconds. */
  onOver(transfer: Transfer, seconds: number): void;
  /** Whether the partner has to be reached for something here to go on. */
  onWanted(wanted: boolean): void;
  /** The partner's page speaks no version that this one does, or breaks the one agreed on. */
  onMisunderstanding(end: Exclude<LinkEnd, "lost">): void;
}

interface Entry {
  /** The life of the partner's page that numbered this file; our own numbers last as long as this page. */
  partner: string | undefined;
  transfer: Transfer;
  machine: Sender | Receiver;
  meter: PaceMeter;
  startedAt: number | undefined;
}

/** Files a partner may have waiting for an answer; more is not handing over but flooding. */
const MOST_UNANSWERED = 8;
const CHANGES_APART_MS = 200;

/**
 * All transfers between two people, both ways, across however many connections it takes. It gives each
 * message to the machine it is for, and puts the machines onto each new link.
 */
export class Handover {
  /** A new life of this page: the partner learns by it that what it had here is gone. */
  readonly #instance = crypto.randomUUID();
  readonly #keeping: Keeping;
  readonly #events: HandoverEvents;
  readonly #entries = new Map<string, Entry>();
  #link: Link | undefined;
  #linkOpen = false;
  #partnerInstance: string | undefined;
  #lastFile = 0;
  #lastChange = 0;

  constructor(keeping: Keeping, events: HandoverEvents) {
    this.#keeping = keeping;
    this.#events = events;
  }

  get transfers(): Transfer[] {
    return [...this.#entries.values()].map((entry) => entry.transfer);
  }

  send(
    source: Source,
    hasher: Hasher,
    described: Omit<Offer, "type" | "file" | "transfer">,
  ): string {
    const id = crypto.randomUUID();
    const offer: Offer = { type: "offer", file: ++this.#lastFile, transfer: id, ...described };
    const sender = new Sender(offer, source, hasher, (state) => this.#changed(id, state));
    this.#add("sent", sender);
    if (this.#link && this.#linkOpen) sender.attach(this.#link);
    return id;
  }

  accept(id: string): void {
    const machine = this.#entries.get(id)?.machine;
    if (machine instanceof Receiver) void machine.accept();
  }

  decline(id: string): void {
    const machine = this.#entries.get(id)?.machine;
    if (machine instanceof Receiver) machine.decline();
  }

  cancel(id: string): void {
    this.#entries.get(id)?.machine.cancel();
  }

  /** A connection to the partner stands. */
  connect(lanes: Lanes): void {
    // That an earlier one is lost may be noticed only after this one stands.
    this.#link?.close();
    const link = new Link(lanes, this.#instance, {
      onOpen: (partner) => this.#opened(link, partner),
      onMessage: (message) => this.#received(link, message),
      onFrame: (frame) => this.#receivedFrame(frame),
      onEnd: (end) => this.#linkEnded(link, end),
    });
    this.#link = link;
  }

  /** Ends what is not over, as at the wish of the person here. */
  close(): void {
    for (const { machine } of this.#entries.values()) machine.cancel();
  }

  #opened(link: Link, partner: string): void {
    if (this.#partnerInstance !== undefined && this.#partnerInstance !== partner) {
      // Their page is a new one and holds nothing of what it was sending. What it was receiving is
      // offered to it anew.
      this.#endAll({ by: "partner", reason: "partner-reloaded" }, "received");
    }
    this.#partnerInstance = partner;
    this.#linkOpen = true;
    for (const { machine } of this.#entries.values()) {
      if (machine instanceof Sender) machine.attach(link);
    }
  }

  #received(link: Link, message: SenderMessage | ReceiverMessage): void {
    if (message.type === "offer") {
      this.#offered(link, message);
      return;
    }
    const direction = isFromSender(message) ? "received" : "sent";
    const machine = this.#machineOf(direction, message.file);
    if (machine instanceof Receiver && isFromSender(message)) machine.receive(message);
    else if (machine instanceof Sender && !isFromSender(message)) machine.receive(message);
    else throw new ProtocolViolation(`${message.type} for a file never offered`);
  }

  #offered(link: Link, offer: Offer): void {
    const known = this.#entries.get(offer.transfer)?.machine;
    if (known instanceof Receiver) {
      known.offeredAgain(offer, link);
      return;
    }
    if (known || this.#machineOf("received", offer.file)) {
      throw new ProtocolViolation("a file number or transfer used twice");
    }
    const unanswered = this.transfers.filter(
      ({ direction, state }) => direction === "received" && state.phase === "offered",
    );
    if (unanswered.length >= MOST_UNANSWERED) throw new ProtocolViolation("too many files offered");
    const receiver = new Receiver(offer, link, this.#keeping, (state) =>
      this.#changed(offer.transfer, state),
    );
    this.#add("received", receiver);
  }

  #receivedFrame(frame: Frame): void {
    const machine = this.#machineOf("received", frame.file);
    if (!(machine instanceof Receiver))
      throw new ProtocolViolation("bytes of a file never offered");
    machine.receiveFrame(frame);
  }

  #linkEnded(link: Link, end: LinkEnd): void {
    if (link !== this.#link) return;
    this.#link = undefined;
    this.#linkOpen = false;
    if (end === "lost") {
      for (const { machine } of this.#entries.values()) machine.detach();
      this.#publish();
    } else {
      this.#endAll({ by: "partner", reason: "protocol" });
      this.#events.onMisunderstanding(end);
    }
  }

  #endAll(end: End, direction?: Transfer["direction"]): void {
    for (const { machine, transfer } of this.#entries.values()) {
      if (direction === undefined || transfer.direction === direction) machine.end(end);
    }
  }

  #machineOf(direction: Transfer["direction"], file: number): Sender | Receiver | undefined {
    return [...this.#entries.values()].find(
      ({ transfer, partner }) =>
        transfer.direction === direction &&
        transfer.offer.file === file &&
        (direction === "sent" || partner === this.#partnerInstance),
    )?.machine;
  }

  #add(direction: Transfer["direction"], machine: Sender | Receiver): void {
    const { offer, state } = machine;
    this.#entries.set(offer.transfer, {
      partner: direction === "received" ? this.#partnerInstance : undefined,
      transfer: { id: offer.transfer, direction, offer, state },
      machine,
      meter: new PaceMeter(offer.size),
      startedAt: undefined,
    });
    this.#publish();
  }

  #changed(id: string, state: TransferState): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    const now = performance.now();
    const before = entry.transfer.state;
    const samePhase = before.phase === state.phase;
    if (state.phase === "moving") {
      entry.startedAt ??= now;
      if (!samePhase) entry.meter.restart();
    }
    const pace = state.phase === "moving" ? entry.meter.measure(state.bytes, now) : undefined;
    entry.transfer = { ...entry.transfer, state, ...(pace ? { pace } : {}) };
    if (isOver(state) && !isOver(before)) {
      const seconds = entry.startedAt === undefined ? 0 : (now - entry.startedAt) / 1000;
      this.#events.onOver(entry.transfer, seconds);
    }
    if (!samePhase || now - this.#lastChange >= CHANGES_APART_MS) this.#publish();
  }

  #publish(): void {
    this.#lastChange = performance.now();
    const transfers = this.transfers;
    this.#events.onWanted(transfers.some(needsPartner));
    this.#events.onChange(transfers);
  }
}

function needsPartner({ direction, state }: Transfer): boolean {
  if (isOver(state)) return false;
  // An offer nobody has answered is the sender's to keep alive.
  return direction === "sent" || state.phase !== "offered";
}
