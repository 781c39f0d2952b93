import { useEffect, useMemo } from "react";
import type { Room } from "../../lib/socket-rooms";
import { useSocket, useSocketStatus } from "../../lib/SocketContext";
import { ReadMarks } from "./read-marks";

/**
 * Says that the room is read up to `position` once one can see it: the page is in front and the
 * list is at its end. The server tells all devices of the person, this one included, which is when
 * the unread counts are looked at.
 */
export function useReadMark(room: Room, position: number | undefined, atEnd: boolean): void {
  const socket = useSocket();
  const connected = useSocketStatus() === "open";
  const { kind } = room;
  const id = room.kind === "event" ? room.eventId : room.matchId;
  const marks = useMemo(() => {
    const place = kind === "event" ? { eventId: id } : { matchId: id };
    return new ReadMarks((position) => socket.request("mark_read", { ...place, position }));
  }, [socket, kind, id]);

  useEffect(() => () => marks.flush(), [marks]);

  useEffect(() => {
    const mark = () => {
      // A page that is put away may never be woken again.
      if (document.visibilityState !== "visible") marks.flush();
      else if (connected && atEnd && position !== undefined) marks.reach(position);
    };
    mark();
    document.addEventListener("visibilitychange", mark);
    return () => document.removeEventListener("visibilitychange", mark);
  }, [marks, connected, atEnd, position]);
}
