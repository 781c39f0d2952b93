import type { Room } from "../../lib/socket-rooms";

/** The name under which a room's messages are cached. */
export function roomKey(room: Room): string {
  return room.kind === "event" ? `event:${room.eventId}` : `match:${room.matchId}`;
}
