import { BlockReader } from "./block-reader";
import type { Offer, ReceiverMessage, SenderMessage } from "./control";
import { isFromSender } from "./control";
import type { Frame } from "./frames";
import type { Lanes } from "./lane";
import type { Keeping } from "./kept-file";
import { Link, type LinkEnd } from "./link";
import { type Pace, PaceMeter } from "./pace";
import { Receiver } from "./receiver";
import {
  type Described,
  recordOf,
  RecordQueue,
  type Records,
  type TransferRecord,
} from "./records";
import { Sender } from "./sender";
import { sendableName, sendableType } from "./sendable";
import type { Source } from "./source";
import { type End, isOver, needsPartner, type TransferState } from "./transfer-state";
import { ProtocolViolation } from "./violation";

/** One file on its way, as the page shows it. */
export interface Transfer {
  id: string;
  direction: "sent" | "received";
  offer: Offer;
  state: TransferState;
  pace?: Pace;
  /** Where its file was chosen, when an earlier page could tell. */
  handle?: FileSystemFileHandle;
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
  firstBlock?: string;
  /** Out of sight; what is under way of it still has to be met by somebody. */
  removed?: boolean;
}

/** Files a partner may have waiting for an answer; more is not handing over but flooding. */
const MOST_UNANSWERED = 8;
const CHANGES_APART_MS = 200;

/**
 * All transfers between two people, both ways, across however many connections and pages it takes. It gives
 * each message to the machine it is for, and puts the machines onto each new link.
 */
export class Handover {
  /** A new life of this page: the partner learns by it that files are numbered anew. */
  readonly #instance = crypto.randomUUID();
  readonly #keeping: Keeping;
  readonly #records: Records;
  readonly #events: HandoverEvents;
  readonly #entries = new Map<string, Entry>();
  #link: Link | undefined;
  #linkOpen = false;
  #partnerInstance: string | undefined;
  #lastFile = 0;
  #publishing: ReturnType<typeof setTimeout> | undefined;
  readonly #recording = new RecordQueue();
  #closed = false;

  constructor(keeping: Keeping, records: Records, events: HandoverEvents) {
    this.#keeping = keeping;
    this.#records = records;
    this.#events = events;
  }

  get transfers(): Transfer[] {
    const entries = [...this.#entries.values()];
    return entries.filter(({ removed }) => !removed).map(({ transfer }) => transfer);
  }

  /** Takes up what an earlier page left. To be called before there is a connection. */
  async restore(): Promise<void> {
    for (const record of await this.#records.all()) {
      if (this.#closed) return;
      // What was chosen in the meantime is this page's own.
      if (this.#entries.has(record.transfer)) continue;
      if (record.direction === "sent") this.#restoreSent(record);
      else await this.#restoreReceived(record);
    }
  }

  send(source: Source, described: Described, handle?: FileSystemFileHandle): string {
    const transfer = crypto.randomUUID();
    const reader = new BlockReader(source);
    const offer = this.#numbered(transfer, described);
    const sender = new Sender(offer, (state) => this.#changed(transfer, state), reader);
    const entry = this.#add("sent", sender, handle);
    this.#recordSent(entry, reader, recordOf(transfer, "sent", offer, handle));
    if (this.#link && this.#linkOpen) sender.attach(this.#link);
    this.#offerNext();
    return transfer;
  }

  /**
   * A transfer's file, chosen again as an earlier page had it, or as it could not be read on. Answers whether it
   * begins as that one did; the rest of it is proven block by block.
   */
  async give(id: string, source: Source): Promise<boolean> {
    const entry = this.#entries.get(id);
    if (!(entry?.machine instanceof Sender) || source.size !== entry.machine.offer.size)
      return false;
    const reader = new BlockReader(source);
    const { firstBlock } = entry;
    let same = false;
    try {
      same = firstBlock === undefined || (await reader.hashOf(0)) === firstBlock;
    } finally {
      if (!same) reader.close();
    }
    if (same) entry.machine.give(reader);
    return same;
  }

  accept(id: string): void {
    const machine = this.#entries.get(id)?.machine;
    if (!(machine instanceof Receiver)) return;
    // Written down first: what is kept without a record is found by nobody.
    this.#recording.add(() => this.#records.put(recordOf(id, "received", machine.offer)));
    void this.#recording.settled().then(() => machine.accept());
  }

  decline(id: string): void {
    const machine = this.#entries.get(id)?.machine;
    if (machine instanceof Receiver) machine.decline();
  }

  pause(id: string): void {
    this.#entries.get(id)?.machine.pause();
  }

  resume(id: string): void {
    this.#entries.get(id)?.machine.resume();
  }

  cancel(id: string): void {
    this.#entries.get(id)?.machine.cancel();
  }

  /** Written elsewhere by the person: the next page need not keep it. */
  saved(id: string): void {
    const entry = this.#entries.get(id);
    if (entry?.transfer.state.phase !== "done" || !(entry.machine instanceof Receiver)) return;
    const { offer } = entry.machine;
    const { root } = entry.transfer.state;
    this.#recording.add(() =>
      this.#records.put({ ...recordOf(id, "received", offer), root, saved: true }),
    );
  }

  /** Takes a transfer that is over out of sight, and what is kept of it off this device. */
  remove(id: string): void {
    const entry = this.#entries.get(id);
    if (!entry || !isOver(entry.transfer.state)) return;
    if (entry.machine instanceof Receiver) entry.machine.discard();
    entry.removed = true;
    this.#recording.add(() => this.#records.remove(id));
    this.#publish();
  }

  /** A connection to the partner stands. */
  connect(lanes: Lanes): void {
    // That an earlier one is lost may be noticed only after this one stands.
    this.#link?.close();
    const link = new Link(lanes, this.#instance, {
      onOpen: (partner) => this.#opened(link, partner),
      onMessage: (message) => this.#received(link, message),
      onFrame: (frame) => this.#receivedFrame(frame),
      onLaneLost: () => this.#laneLost(),
      onEnd: (end) => this.#linkEnded(link, end),
    });
    this.#link = link;
  }

  #laneLost(): void {
    for (const { machine } of this.#entries.values()) {
      if (machine instanceof Receiver) machine.laneLost();
    }
  }

  /** This page is done with it; what is not over waits for the next one. */
  close(): void {
    this.#closed = true;
    this.#link?.close();
    for (const { machine } of this.#entries.values()) machine.close();
  }

  #restoreSent({ transfer, described, handle, firstBlock }: TransferRecord): void {
    const offer = this.#numbered(transfer, described);
    const sender = new Sender(offer, (state) => this.#changed(transfer, state));
    const entry = this.#add("sent", sender, handle);
    if (firstBlock !== undefined) entry.firstBlock = firstBlock;
  }

  #recordSent(entry: Entry, reader: BlockReader, record: TransferRecord): void {
    this.#recording.add(() => this.#records.put(record));
    reader.hashOf(0).then(
      (firstBlock) => {
        entry.firstBlock = firstBlock;
        this.#recording.add(() => this.#records.put({ ...record, firstBlock }));
      },
      () => {
        // A file that cannot be read is noticed when it is to be sent.
      },
    );
  }

  async #restoreReceived({ transfer, described, root }: TransferRecord): Promise<void> {
    // Its number is the partner's to give, with the next offer.
    const offer: Offer = { type: "offer", file: 0, transfer, ...described };
    const receiver = this.#receiverOf(offer);
    try {
      await receiver.restore(root);
      if (this.#closed) receiver.close();
      else this.#add("received", receiver);
    } catch (cause) {
      receiver.close();
      // It stays written down: an earlier page may hold it still, and the next one may well read it.
      console.warn("what an earlier page received cannot be read just now", cause);
    }
  }

  #opened(link: Link, partner: string): void {
    this.#partnerInstance = partner;
    this.#linkOpen = true;
    for (const { machine } of this.#entries.values()) {
      if (machine instanceof Sender) machine.attach(link);
    }
    this.#offerNext();
    this.#publish();
  }

  /** The partner's page takes more than so many unanswered for flooding, so the rest waits for its turn. */
  #offerNext(): void {
    const machines = [...this.#entries.values()].map(({ machine }) => machine);
    const senders = machines.filter((machine) => machine instanceof Sender);
    // Counted anew each time, as each offer is a change that leads here again.
    const unanswered = () => senders.filter(({ state }) => state.phase === "offered").length;
    for (const sender of senders) if (unanswered() < MOST_UNANSWERED) sender.offerNow();
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
    const known = this.#entries.get(offer.transfer);
    const numbered = this.#machineOf("received", offer.file);
    if (known ? known.transfer.direction === "sent" : numbered !== undefined)
      throw new ProtocolViolation("a file number or transfer used twice");
    if (numbered && numbered !== known?.machine)
      throw new ProtocolViolation("a file number used twice");
    if (known?.machine instanceof Receiver) {
      known.partner = this.#partnerInstance;
      known.machine.offered(offer, link);
      known.transfer = { ...known.transfer, offer: known.machine.offer };
      return;
    }
    const unanswered = [...this.#entries.values()].filter(
      ({ partner, transfer }) =>
        partner === this.#partnerInstance &&
        transfer.direction === "received" &&
        transfer.state.phase === "offered",
    );
    if (unanswered.length >= MOST_UNANSWERED) throw new ProtocolViolation("too many files offered");
    const receiver = this.#receiverOf(offer);
    this.#add("received", receiver);
    receiver.offered(offer, link);
  }

  #receiverOf(offer: Offer): Receiver {
    return new Receiver(offer, this.#keeping, (state) => this.#changed(offer.transfer, state));
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

  #endAll(end: End): void {
    for (const { machine } of this.#entries.values()) machine.end(end);
  }

  #machineOf(direction: Transfer["direction"], file: number): Sender | Receiver | undefined {
    return [...this.#entries.values()].find(
      ({ transfer, partner }) =>
        transfer.direction === direction &&
        transfer.offer.file === file &&
        (direction === "sent" || (partner !== undefined && partner === this.#partnerInstance)),
    )?.machine;
  }

  #numbered(transfer: string, described: Described): Offer {
    const [name, mime] = [sendableName(described.name), sendableType(described.mime)];
    return { type: "offer", file: ++this.#lastFile, transfer, ...described, name, mime };
  }

  #add(
    direction: Transfer["direction"],
    machine: Sender | Receiver,
    handle?: FileSystemFileHandle,
  ): Entry {
    const { offer, state } = machine;
    const restored = direction === "received" && state.phase !== "offered";
    const entry: Entry = {
      partner: direction === "received" && !restored ? this.#partnerInstance : undefined,
      transfer: { id: offer.transfer, direction, offer, state, ...(handle ? { handle } : {}) },
      machine,
      meter: new PaceMeter(offer.size),
      startedAt: undefined,
    };
    this.#entries.set(offer.transfer, entry);
    this.#publish();
    return entry;
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
    if (isOver(state) && !isOver(before)) this.#over(entry, now);
    if (!samePhase && entry.machine instanceof Sender) this.#offerNext();
    if (!samePhase) this.#publish();
    else this.#publishing ??= setTimeout(() => this.#publish(), CHANGES_APART_MS);
  }

  #over({ transfer, startedAt }: Entry, now: number): void {
    const { id, direction, offer, state } = transfer;
    this.#recording.add(() =>
      direction === "received" && state.phase === "done" && state.kept?.durable
        ? this.#records.put({ ...recordOf(id, direction, offer), root: state.root })
        : this.#records.remove(id),
    );
    const seconds = startedAt === undefined ? 0 : (now - startedAt) / 1000;
    this.#events.onOver(transfer, seconds);
  }

  #publish(): void {
    clearTimeout(this.#publishing);
    this.#publishing = undefined;
    const transfers = this.transfers;
    const wanted = transfers.some(({ direction, state }) => needsPartner(direction, state));
    this.#events.onWanted(wanted);
    this.#events.onChange(transfers);
  }
}
