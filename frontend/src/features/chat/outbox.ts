/**
 * Messages on their way. Each carries an id made here, so that sending again after a lost answer, a
 * reconnect or a reload stores it once. Kept on this device until the server has acknowledged them.
 */
import * as v from "valibot";
import { SocketError } from "../../lib/socket";
import type { Room } from "../../lib/socket-rooms";
import { uuidV7 } from "../../lib/uuid-v7";
import { chatMessageSchema, type ChatMessage } from "./chat-message";

const outgoingSchema = v.object({
  id: v.string(),
  room: v.variant("kind", [
    v.object({ kind: v.literal("event"), eventId: v.string() }),
    v.object({ kind: v.literal("private"), matchId: v.string() }),
  ]),
  content: v.string(),
  type: v.picklist(["text", "link"]),
  createdAt: v.string(),
  /** As it is sent, where its room is encrypted: made once, so that it is the same when sent again. */
  sealed: v.optional(v.string()),
  /** What the server said against it; without this the message still waits to be sent. */
  refusal: v.optional(v.string()),
});

export type Outgoing = v.InferOutput<typeof outgoingSchema>;

interface OutboxOptions {
  /** Sends and waits for the acknowledgement, through reconnects. */
  deliver: (type: string, data: object) => Promise<unknown>;
  onSent: (room: Room, message: ChatMessage) => void;
  /** Encrypts a message, where its room is encrypted. */
  seal?: (entry: Outgoing) => Promise<string | undefined>;
  /** The server takes nothing but encrypted messages in this room any more. */
  onMustEncrypt?: (room: Room) => Promise<void>;
  storage: Storage;
  /** One per person: a phone may be shared. */
  storageKey: string;
}

/** For a server that does not say how long to wait. */
const RATE_LIMIT_PAUSE_MS = 3_000;

export class Outbox {
  private readonly options: OutboxOptions;
  private readonly listeners = new Set<() => void>();
  private readonly inFlight = new Set<string>();
  private waiting: readonly Outgoing[];

  constructor(options: OutboxOptions) {
    this.options = options;
    this.waiting = restore(options.storage.getItem(options.storageKey));
  }

  /** Everything not yet acknowledged, oldest first; the same array until something changes. */
  get entries(): readonly Outgoing[] {
    return this.waiting;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  post(room: Room, content: string, type: Outgoing["type"] = "text"): void {
    const entry: Outgoing = {
      id: uuidV7(),
      room,
      content,
      type,
      createdAt: new Date().toISOString(),
    };
    this.change([...this.waiting, entry]);
    void this.send(entry);
  }

  retry(id: string): void {
    // It was not stored: the devices to write for may be others by now.
    this.revise(id, { refusal: undefined, sealed: undefined });
    this.flush();
  }

  discard(id: string): void {
    this.change(this.waiting.filter((entry) => entry.id !== id));
  }

  /** Sends what is left from before: called whenever there is a connection. */
  flush(): void {
    for (const entry of this.waiting) {
      if (entry.refusal === undefined) void this.send(entry);
    }
  }

  private async send(entry: Outgoing): Promise<void> {
    if (this.inFlight.has(entry.id)) return;
    this.inFlight.add(entry.id);
    let { sealed } = entry;
    try {
      if (sealed === undefined && this.options.seal) {
        sealed = await this.options.seal(entry);
        if (sealed !== undefined) this.revise(entry.id, { sealed });
      }
      const answer = await this.options.deliver(commandOf(entry), bodyOf(entry, sealed));
      this.options.onSent(entry.room, v.parse(chatMessageSchema, answer));
      this.discard(entry.id);
    } catch (error) {
      // Closed, not refused: the next connection flushes.
      if (error instanceof SocketError && error.code === "offline") return;
      if (error instanceof SocketError && error.code === "rate_limited") {
        setTimeout(() => this.flush(), error.retryAfterMs ?? RATE_LIMIT_PAUSE_MS);
        return;
      }
      const code = error instanceof SocketError ? error.code : undefined;
      // The partner agreed to encrypt while this was on its way.
      if (code === "encryption_required" && sealed === undefined && this.options.onMustEncrypt) {
        await this.options.onMustEncrypt(entry.room);
        setTimeout(() => this.flush());
        return;
      }
      // Ids are made here, so it is this very message, which was stored before it was encrypted.
      if (code === "idempotency_key_reused" && sealed !== undefined) {
        this.discard(entry.id);
        return;
      }
      const refusal = error instanceof Error ? error.message : "It could not be sent.";
      this.revise(entry.id, { refusal });
    } finally {
      this.inFlight.delete(entry.id);
    }
  }

  private revise(id: string, change: Partial<Outgoing>): void {
    this.change(this.waiting.map((entry) => (entry.id === id ? { ...entry, ...change } : entry)));
  }

  private change(entries: readonly Outgoing[]): void {
    this.waiting = entries;
    const { storage, storageKey } = this.options;
    if (entries.length === 0) storage.removeItem(storageKey);
    else storage.setItem(storageKey, JSON.stringify(entries));
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

function restore(stored: string | null): Outgoing[] {
  if (stored === null) return [];
  try {
    return v.parse(v.array(outgoingSchema), JSON.parse(stored));
  } catch {
    // Written by another version of the app: what cannot be read cannot be sent.
    return [];
  }
}
