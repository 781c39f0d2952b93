import { useEffect, useState } from "react";
import type { UserSummary } from "../../lib/api/types";
import type { Room } from "../../lib/socket-rooms";
import { usePush, useSocket, useSocketStatus } from "../../lib/SocketContext";
import { roomKey } from "./room-key";

interface Presence {
  key: string;
  /** Why the door stayed closed; undefined while it is open or being opened. */
  refusal?: string;
  /** Who is in the room, while that is known: without a connection it is not. */
  here?: readonly UserSummary[];
}

/** Enters a room while the component is there, and tells who else is in it. */
export function useRoom(room: Room): Omit<Presence, "key"> {
  const socket = useSocket();
  const connected = useSocketStatus() === "open";
  const key = roomKey(room);
  const [presence, setPresence] = useState<Presence>({ key });

  // `key` stands for the room: a new object for the same room is no reason to leave and come back.
  useEffect(
    () =>
      socket.join(room, (state) => {
        setPresence(
          state.entered ? { key, here: state.activeUsers } : { key, refusal: state.code },
        );
      }),
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [socket, key],
  );

  usePush("active_users", ({ eventId, users }) => {
    if (room.kind === "event" && room.eventId === eventId) setPresence({ key, here: users });
  });

  if (presence.key !== key) return {};
  return connected ? presence : { refusal: presence.refusal };
}
