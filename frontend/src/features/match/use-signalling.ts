import { useMemo } from "react";
import { createSignalling, type Signalling } from "../../lib/signalling";
import { useSocket } from "../../lib/SocketContext";

/** The signalling road of one match, the same object for as long as the match is shown. */
export function useSignalling(matchId: string): Signalling {
  const socket = useSocket();
  return useMemo(() => createSignalling(socket, matchId), [socket, matchId]);
}
