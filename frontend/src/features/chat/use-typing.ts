import { useCallback, useEffect, useRef, useState } from "react";
import type { Room } from "../../lib/socket-rooms";
import { usePush, useSocket } from "../../lib/SocketContext";
import { heardTyping, lapsed, nextLapse, NOBODY, SAID_EVERY_MS, stopped } from "./typing";
import { usePreferences } from "./use-preferences";

/** Who else is typing in the room, and the way to say that one is oneself. */
export function useTyping(room: Room) {
  const socket = useSocket();
  const { data: preferences } = usePreferences();
  const shown = preferences?.typing ?? false;
  const [typing, setTyping] = useState(NOBODY);
  const said = useRef(0);

  const here = ({ eventId, matchId }: { eventId?: string; matchId?: string }) =>
    room.kind === "event" ? eventId === room.eventId : matchId === room.matchId;
  usePush("typing", (heard) => {
    if (shown && here(heard))
      setTyping((before) => heardTyping(before, heard.userId, heard.username, Date.now()));
  });
  usePush("event_message", (message) => {
    if (here(message)) setTyping((before) => stopped(before, message.userId));
  });
  usePush("private_message", (message) => {
    if (here(message)) setTyping((before) => stopped(before, message.userId));
  });
  useEffect(() => {
    const next = nextLapse(typing);
    if (next === undefined) return;
    const timer = setTimeout(
      () => setTyping((before) => lapsed(before, Date.now())),
      Math.max(0, next - Date.now()),
    );
    return () => clearTimeout(timer);
  }, [typing]);

  const id = room.kind === "event" ? room.eventId : room.matchId;
  const sayTyping = useCallback(() => {
    const now = Date.now();
    if (!shown || now - said.current < SAID_EVERY_MS) return;
    said.current = now;
    const data = room.kind === "event" ? { eventId: id } : { matchId: id };
    // It is gone in a moment anyway: where it cannot be said now, it is not.
    socket.request("typing", data).catch(() => undefined);
  }, [socket, shown, room.kind, id]);

  return { typing: shown ? typing : NOBODY, sayTyping };
}
