import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { UserSummary } from "../../lib/api/types";
import type { Room } from "../../lib/socket-rooms";
import { usePush, useSocket, useSocketStatus } from "../../lib/SocketContext";
import { readAgain } from "./read-again";
import { roomKey } from "./room-key";

interface Presence {
  key: string;
  /** Why the door stayed closed; undefined while it is open or being opened. */
  refusal?: string;
  /** Who is in the room, while that is known: without a connection it is not. */
  here?: readonly UserSummary[];
  /** Up to where the partner has read, where both show that. */
  readUpTo?: number;
}

/** Enters a room while the component is there, and tells who else is in it. */
export function useRoom(room: Room, meId: string): Omit<Presence, "key"> {
  const socket = useSocket();
  const client = useQueryClient();
  const connected = useSocketStatus() === "open";
  const key = roomKey(room);
  const [presence, setPresence] = useState<Presence>({ key });

  // `key` stands for the room: a new object for the same room is no reason to leave and come back.
  useEffect(
    () =>
      socket.join(room, (state) => {
        if (state.entered && state.unheard) void readAgain(client, room);
        setPresence(
          state.entered
            ? { key, here: state.activeUsers, readUpTo: state.partnerReadUpTo }
            : { key, refusal: state.code },
        );
      }),
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [socket, client, key],
  );

  usePush("active_users", ({ eventId, users }) => {
    if (room.kind === "event" && room.eventId === eventId) setPresence({ key, here: users });
  });

  usePush("room_read", ({ matchId, userId, position }) => {
    if (room.kind !== "private" || room.matchId !== matchId || userId === meId) return;
    setPresence((before) => ({ ...before, readUpTo: Math.max(before.readUpTo ?? 0, position) }));
  });

  if (presence.key !== key) return {};
  return connected ? presence : { refusal: presence.refusal, readUpTo: presence.readUpTo };
}
