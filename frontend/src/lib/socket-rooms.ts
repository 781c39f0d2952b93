/** The rooms the app is in, kept across connections. A room is left when the last of its users leaves. */
import * as v from "valibot";
import { backoffDelay } from "./backoff";
import { causeOf } from "./cause";
import { userSummarySchema } from "./frames";

export type Room = { kind: "event"; eventId: string } | { kind: "private"; matchId: string };

export type RoomState =
  | {
      entered: true;
      activeUsers: v.InferOutput<typeof userSummarySchema>[];
      /** Up to where the partner of a match has read, where both show that. */
      partnerReadUpTo: number | undefined;
      /** Something may have been said that was not and will not be heard: it is to be read. */
      unheard: boolean;
    }
  | { entered: false; code: string };

interface Membership {
  room: Room;
  /** The server's name for the room, known once it was entered. */
  roomId: string | undefined;
  /** Whether all that is said comes over this connection, what was missed before it included. */
  heard: boolean;
  /** How often entering has failed in a row. */
  failures: number;
  retryTimer: ReturnType<typeof setTimeout> | undefined;
  listeners: Set<(state: RoomState) => void>;
}

/** One does not belong in the room. Any other answer may be another one in a moment. */
export const CLOSED = ["not_participant", "not_found"];

const entrySchema = v.object({
  roomId: v.string(),
  activeUsers: v.optional(v.array(userSummarySchema), []),
  partnerReadUpTo: v.optional(v.number()),
});

export class Rooms {
  private readonly memberships = new Map<string, Membership>();
  private readonly request: (type: string, data: object) => Promise<unknown>;
  private readonly random: (() => number) | undefined;

  constructor(
    request: (type: string, data: object) => Promise<unknown>,
    random: (() => number) | undefined,
  ) {
    this.request = request;
    this.random = random;
  }

  /** Server-side names, for the URL of a connection that resumes. */
  resume(): string[] {
    for (const membership of this.memberships.values()) {
      membership.heard = membership.roomId !== undefined;
    }
    return [...this.memberships.values()].flatMap(({ roomId }) => roomId ?? []);
  }

  /** A connection that named the room was not let in: nothing that was missed there comes over it. */
  notResumed(roomId: string): void {
    for (const membership of this.memberships.values()) {
      if (membership.roomId !== roomId) continue;
      // Nor over the next one, which asks for what comes after what this one brings.
      Object.assign(membership, { roomId: undefined, heard: false });
    }
  }

  join(room: Room, listener: (state: RoomState) => void, connected: boolean): () => void {
    const key = keyOf(room);
    const membership = this.memberships.get(key) ?? {
      room,
      roomId: undefined,
      heard: false,
      failures: 0,
      retryTimer: undefined,
      listeners: new Set(),
    };
    this.memberships.set(key, membership);
    membership.listeners.add(listener);
    if (connected) void this.enter(membership);
    return () => {
      membership.listeners.delete(listener);
      if (membership.listeners.size > 0) return;
      clearTimeout(membership.retryTimer);
      this.memberships.delete(key);
      // Offline there is nobody to tell, and the next connection will not name this room.
      this.request(`leave_${room.kind}_room`, target(room)).catch(() => undefined);
    };
  }

  /** Called on every new connection: resuming by URL brings what was missed, entering who is here now. */
  enterAll(): void {
    for (const membership of this.memberships.values()) void this.enter(membership);
  }

  private async enter(membership: Membership): Promise<void> {
    clearTimeout(membership.retryTimer);
    const { room } = membership;
    try {
      const answer = await this.request(`join_${room.kind}_room`, target(room));
      const { roomId, activeUsers, partnerReadUpTo } = v.parse(entrySchema, answer);
      // Asked only now: that the room was not resumed is told before this answer.
      const { heard } = membership;
      Object.assign(membership, { roomId, heard: true, failures: 0 });
      tell(membership, { entered: true, activeUsers, partnerReadUpTo, unheard: !heard });
    } catch (error) {
      this.notEntered(membership, error);
    }
  }

  private notEntered(membership: Membership, error: unknown): void {
    const { code = "internal", retryAfterMs } = causeOf(error);
    // A lost connection is not a refusal; the next one enters again.
    if (code === "offline" || membership.listeners.size === 0) return;
    if (CLOSED.includes(code)) {
      Object.assign(membership, { roomId: undefined, heard: false, failures: 0 });
      tell(membership, { entered: false, code });
      return;
    }
    const wait = Math.max(retryAfterMs ?? 0, backoffDelay(membership.failures, this.random));
    membership.failures += 1;
    membership.retryTimer = setTimeout(() => void this.enter(membership), wait);
  }
}

function tell({ listeners }: Membership, state: RoomState): void {
  for (const listener of [...listeners]) listener(state);
}

function keyOf(room: Room): string {
  return room.kind === "event" ? `event:${room.eventId}` : `private:${room.matchId}`;
}

function target(room: Room): object {
  return room.kind === "event" ? { eventId: room.eventId } : { matchId: room.matchId };
}
