/**
 * Messages on their way. Each carries an id made here, so that sending again after a lost answer, a
 * reconnect or a reload, or from another tab, stores it once. Kept on this device until the server
 * has acknowledged them. Within a room one goes after the other, in the order they were written.
 */
import * as v from "valibot";
import { backoffDelay } from "../../lib/backoff";
import { causeOf } from "../../lib/cause";
import type { Room } from "../../lib/socket-rooms";
import { uuidV7 } from "../../lib/uuid-v7";
import { chatMessageSchema, type ChatMessage } from "./chat-message";
import { OutboxStore, type Outgoing } from "./outbox-store";
import { roomKey } from "./room-key";

interface OutboxOptions {
  /** Sends and waits for the acknowledgement, through reconnects. */
  deliver: (type: string, data: object) => Promise<unknown>;
  onSent: (room: Room, message: ChatMessage) => void;
  /** A message is not taken, while nobody looks at its room. */
  onRefusedUnseen?: (entry: Outgoing, refusal: { code: string; reason: string }) => void;
  /** Encrypts a message, where its room is encrypted. */
  seal?: (entry: Outgoing) => Promise<string | undefined>;
  /** The server takes nothing but encrypted messages in this room any more. */
  onMustEncrypt?: (room: Room) => Promise<void>;
  storage: Storage;
  /** One per person: a phone may be shared. */
  storageKey: string;
}

/** Nothing was decided about the message: it is sent again, however often that takes. */
const LATER = ["offline", "timeout", "rate_limited", "unavailable"];
/** The server may be at fault about this very message, which must not hold up the others for good. */
const LATER_OR_NEVER = ["internal", "conflict"];
const MOST_TRIES = 5;
const LEAST_PAUSE_MS = 250;
/** The tab in which something was written sends it; by then it is gone, or without a connection. */
const OTHER_TAB_MS = 10_000;

export class Outbox {
  private readonly options: OutboxOptions;
  private readonly store: OutboxStore;
  private readonly listeners = new Set<() => void>();
  private readonly sending = new Set<string>();
  private readonly pauses = new Map<string, ReturnType<typeof setTimeout>>();
  /** How many look at a room. */
  private readonly lookedAt = new Map<string, number>();
  /** How often in a row the first message of a room could not be sent. */
  private readonly failures = new Map<string, number>();
  private waiting: readonly Outgoing[];
  /** Signed out: nothing is tried any more. */
  private stopped = false;

  constructor(options: OutboxOptions) {
    this.options = options;
    this.store = new OutboxStore(options.storage, options.storageKey);
    this.waiting = this.store.all();
  }

  /** Takes part in what other tabs write, until the answered function is called. */
  start(): () => void {
    this.stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stopListening = this.store.onChangedElsewhere(() => {
      this.show(this.store.all());
      clearTimeout(timer);
      timer = setTimeout(() => this.flush(), OTHER_TAB_MS);
    });
    return () => {
      this.stopped = true;
      stopListening();
      clearTimeout(timer);
      for (const pause of this.pauses.values()) clearTimeout(pause);
      this.pauses.clear();
    };
  }

  /** Everything not yet acknowledged, oldest first; the same array until something changes. */
  get entries(): readonly Outgoing[] {
    return this.waiting;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Somebody sees what waits for a room, by its key, until the answered function is called. */
  lookAt(key: string): () => void {
    const count = (change: number) =>
      this.lookedAt.set(key, (this.lookedAt.get(key) ?? 0) + change);
    count(1);
    return () => void count(-1);
  }

  post(room: Room, content: string, type: Outgoing["type"] = "text"): void {
    const entry = { id: uuidV7(), room, content, type, createdAt: new Date().toISOString() };
    this.store.put(entry);
    this.show([...this.waiting, entry]);
    void this.empty(roomKey(room));
  }

  retry(id: string): void {
    // It was not stored: the devices to write for may be others by now.
    this.revise(id, { refusal: undefined, sealed: undefined });
    this.flush();
  }

  discard(id: string): void {
    this.store.remove(id);
    this.show(this.waiting.filter((entry) => entry.id !== id));
  }

  /** Sends what is left from before: called whenever there is a connection. */
  flush(): void {
    for (const pause of this.pauses.values()) clearTimeout(pause);
    this.pauses.clear();
    for (const key of new Set(this.waiting.map(({ room }) => roomKey(room)))) void this.empty(key);
  }

  /** Sends what waits for a room, the next once the one before is stored or refused. */
  private async empty(key: string): Promise<void> {
    if (this.sending.has(key) || this.pauses.has(key)) return;
    this.sending.add(key);
    let pause: number | undefined;
    try {
      for (let next = this.next(key); next && pause === undefined; next = this.next(key)) {
        pause = await this.send(next, key);
      }
    } finally {
      this.sending.delete(key);
    }
    if (pause === undefined || this.stopped) return;
    const goOn = () => {
      this.pauses.delete(key);
      void this.empty(key);
    };
    this.pauses.set(key, setTimeout(goOn, pause));
  }

  private next(key: string): Outgoing | undefined {
    return this.waiting.find(({ room, refusal }) => roomKey(room) === key && refusal === undefined);
  }

  /** Answers how long to wait with the room in ms; nothing once the message is stored or refused. */
  private async send(entry: Outgoing, key: string): Promise<number | undefined> {
    try {
      await this.handOver(entry);
    } catch (error) {
      const { code = "", retryAfterMs } = causeOf(error);
      const failures = this.failures.get(key) ?? 0;
      const again = LATER_OR_NEVER.includes(code) && failures + 1 < MOST_TRIES;
      if (LATER.includes(code) || again) {
        this.failures.set(key, failures + 1);
        return retryAfterMs ?? Math.max(LEAST_PAUSE_MS, backoffDelay(failures));
      }
      this.refused(entry, code, error instanceof Error ? error.message : "It could not be sent.");
    }
    this.failures.delete(key);
    return undefined;
  }

  private refused(entry: Outgoing, code: string, reason: string): void {
    // Somebody may have thought better of it, in another tab.
    if (!this.waiting.some(({ id }) => id === entry.id)) return;
    this.revise(entry.id, { refusal: reason });
    if (!this.lookedAt.get(roomKey(entry.room)))
      this.options.onRefusedUnseen?.(entry, { code, reason });
  }

  private async handOver(entry: Outgoing): Promise<void> {
    const sealed = entry.sealed ?? (await this.seal(entry));
    try {
      await this.deliver(entry, sealed);
    } catch (error) {
      const { code } = causeOf(error);
      // Ids are made here, so it is this very message, which was stored before, or by another tab.
      if (code === "idempotency_key_reused" && sealed !== undefined) {
        this.discard(entry.id);
        return;
      }
      if (code !== "encryption_required" || sealed !== undefined) throw error;
      // The partner agreed to encrypt while this was on its way.
      await this.options.onMustEncrypt?.(entry.room);
      const sealedNow = await this.seal(entry);
      if (sealedNow === undefined) throw error;
      await this.deliver(entry, sealedNow);
    }
  }

  private async seal(entry: Outgoing): Promise<string | undefined> {
    const sealed = await this.options.seal?.(entry);
    if (sealed !== undefined) this.revise(entry.id, { sealed });
    return sealed;
  }

  private async deliver(entry: Outgoing, sealed: string | undefined): Promise<void> {
    const answer = await this.options.deliver(commandOf(entry), bodyOf(entry, sealed));
    this.options.onSent(entry.room, v.parse(chatMessageSchema, answer));
    this.discard(entry.id);
  }

  private revise(id: string, change: Partial<Outgoing>): void {
    const revised = this.waiting.map((each) => (each.id === id ? { ...each, ...change } : each));
    const entry = revised.find((each) => each.id === id);
    if (!entry) return;
    this.store.put(entry);
    this.show(revised);
  }

  private show(entries: readonly Outgoing[]): void {
    this.waiting = entries;
    for (const listener of [...this.listeners]) listener();
  }
}

function commandOf({ room }: Outgoing): string {
  return room.kind === "event" ? "send_event_message" : "send_private_message";
}

function bodyOf({ id, room, content, type }: Outgoing, sealed: string | undefined): object {
  if (room.kind === "private" && sealed !== undefined) {
    return { matchId: room.matchId, content: sealed, type: "encrypted", messageId: id };
  }
  return room.kind === "event"
    ? { eventId: room.eventId, content, messageId: id }
    : { matchId: room.matchId, content, type, messageId: id };
}
