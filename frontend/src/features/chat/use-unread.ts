import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { api, unwrap } from "../../lib/api/client";
import { keys } from "../../lib/query-keys";
import { usePush, useSocketStatus } from "../../lib/SocketContext";

/** Rooms one is not in are not heard: they are asked about every so often. */
const ASKED_EVERY_MS = 20_000;

export interface Unread {
  /** Of everything between two people. */
  ofMatches: number;
  of: (room: { eventId: string } | { matchId: string }) => number;
}

/** What waits unread, room by room. */
export function useUnread(meId: string): Unread {
  const client = useQueryClient();
  const connected = useSocketStatus() === "open";
  const { data } = useQuery({
    queryKey: keys.unread,
    queryFn: ({ signal }) => unwrap(api.GET("/api/unread", { signal })),
    refetchInterval: ASKED_EVERY_MS,
    refetchOnWindowFocus: "always",
  });
  const again = () => void client.invalidateQueries({ queryKey: keys.unread });
  usePush("room_read", ({ userId }) => {
    if (userId === meId) again();
  });
  // Missed while the connection was gone.
  useEffect(() => {
    if (connected) void client.invalidateQueries({ queryKey: keys.unread });
  }, [client, connected]);

  return useMemo(() => {
    const rooms = data?.items ?? [];
    const counts = new Map(rooms.map(({ eventId, matchId, count }) => [eventId ?? matchId, count]));
    return {
      ofMatches: rooms.reduce((sum, { matchId, count }) => sum + (matchId ? count : 0), 0),
      of: (room) => counts.get("eventId" in room ? room.eventId : room.matchId) ?? 0,
    };
  }, [data]);
}
