import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { keys } from "../../lib/query-keys";
import type { Room } from "../../lib/socket-rooms";
import { useSocket, useSocketStatus } from "../../lib/SocketContext";

/**
 * Says that the room is read up to `position` once one can see it: the page is in front and the
 * list is at its end.
 */
export function useReadMark(room: Room, position: number | undefined, atEnd: boolean): void {
  const socket = useSocket();
  const client = useQueryClient();
  const connected = useSocketStatus() === "open";
  const marked = useRef(0);
  const { kind } = room;
  const id = room.kind === "event" ? room.eventId : room.matchId;

  useEffect(() => {
    const mark = () => {
      const seen = atEnd && document.visibilityState === "visible";
      if (!connected || !seen || position === undefined || position <= marked.current) return;
      marked.current = position;
      const place = kind === "event" ? { eventId: id } : { matchId: id };
      socket
        .request("mark_read", { ...place, position })
        .then(() => client.invalidateQueries({ queryKey: keys.unread }))
        .catch(() => {
          // The next connection, or the next message, says it again.
          marked.current = 0;
        });
    };
    mark();
    document.addEventListener("visibilitychange", mark);
    return () => document.removeEventListener("visibilitychange", mark);
  }, [socket, client, connected, atEnd, position, kind, id]);
}
