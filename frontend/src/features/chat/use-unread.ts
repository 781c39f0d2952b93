import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { api, unwrap } from "../../lib/api/client";
import { keys } from "../../lib/query-keys";
import { usePush, useSocketStatus } from "../../lib/SocketContext";

/** Rooms one is not in are not heard: they are asked about every so often. */
const ASKED_EVERY_MS = 20_000;

const unread = queryOptions({
  queryKey: keys.unread,
  queryFn: ({ signal }) => unwrap(api.GET("/api/unread", { signal })),
  refetchInterval: ASKED_EVERY_MS,
  refetchOnWindowFocus: "always",
});

export interface Unread {
  /** Of everything between two people. */
  ofMatches: number;
  of: (room: { eventId: string } | { matchId: string }) => number;
}

/** What waits unread, room by room. */
export function useUnread(): Unread {
  const { data } = useQuery(unread);
  return useMemo(() => {
    const rooms = data?.items ?? [];
    const counts = new Map(rooms.map((room) => [room.eventId ?? room.matchId, room.count]));
    return {
      ofMatches: rooms.reduce((sum, { matchId, count }) => sum + (matchId ? count : 0), 0),
      of: (room) => counts.get("eventId" in room ? room.eventId : room.matchId) ?? 0,
    };
  }, [data]);
}

/** Keeps the counts true to what is read, here or on another device; once in the app. */
export function useUnreadUpdates(meId: string): void {
  const client = useQueryClient();
  const connected = useSocketStatus() === "open";
  usePush("room_read", ({ userId, eventId, matchId }) => {
    if (userId !== meId) return;
    const counted = client
      .getQueryData(unread.queryKey)
      ?.items.some(
        (room) => (room.eventId ?? room.matchId) === (eventId ?? matchId) && room.count > 0,
      );
    // Reading along in an open room lowers no count, unless the answer on its way was counted before.
    if (counted || client.isFetching({ queryKey: unread.queryKey }) > 0)
      void client.invalidateQueries({ queryKey: unread.queryKey });
  });
  // Missed while the connection was gone.
  useEffect(() => {
    if (connected) void client.invalidateQueries({ queryKey: unread.queryKey });
  }, [client, connected]);
}
