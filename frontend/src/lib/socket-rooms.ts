/** The rooms the app is in, kept across connections. A room is left when the last of its users leaves. */
import * as v from "valibot";
import { userSummarySchema } from "./frames";

export type Room = { kind: "event"; eventId: string } | { kind: "private"; matchId: string };

export type RoomState =
  | {
      entered: true;
      activeUsers: v.InferOutput<typeof userSummarySchema>[];
      /** Up to where the partner of a match has read, where both show that. */
      partnerReadUpTo: number | undefined;
    }
  | { entered: false; code: string };

interface Membership {
  room: Room;
  /** The server's name for the room, known once it was entered. */
  roomId: string | undefined;
  listeners: Set<(state: RoomState) => void>;
}

const entrySchema = v.object({
  roomId: v.string(),
  activeUsers: v.optional(v.array(userSummarySchema), []),
  partnerReadUpTo: v.optional(v.number()),
});

export class Rooms {
  private readonly memberships = new Map<string, Membership>();
  private readonly request: (type: string, data: object) => Promise<unknown>;

  constructor(request: (type: string, data: object) => Promise<unknown>) {
    this.request = request;
  }

  /** Server-side names, for the resume URL. */
  ids(): string[] {
    return [...this.memberships.values()].flatMap(({ roomId }) => roomId ?? []);
  }

  join(room: Room, listener: (state: RoomState) => void, connected: boolean): () => void {
    const key = keyOf(room);
    const membership = this.memberships.get(key) ?? {
      room,
      roomId: undefined,
      listeners: new Set(),
    };
    this.memberships.set(key, membership);
    membership.listeners.add(listener);
    if (connected) void this.enter(membership);
    return () => {
      membership.listeners.delete(listener);
      if (membership.listeners.size > 0) return;
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
    const { room, listeners } = membership;
    let state: RoomState;
    try {
      const answer = await this.request(`join_${room.kind}_room`, target(room));
      const { roomId, activeUsers, partnerReadUpTo } = v.parse(entrySchema, answer);
      membership.roomId = roomId;
      state = { entered: true, activeUsers, partnerReadUpTo };
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "internal";
      // A lost connection is not a refusal; the next one enters again.
      if (code === "offline" || code === "timeout") return;
      membership.roomId = undefined;
      state = { entered: false, code };
    }
    for (const listener of [...listeners]) listener(state);
  }
}

function keyOf(room: Room): string {
  return room.kind === "event" ? `event:${room.eventId}` : `private:${room.matchId}`;
}

function target(room: Room): object {
  return room.kind === "event" ? { eventId: room.eventId } : { matchId: room.matchId };
}
