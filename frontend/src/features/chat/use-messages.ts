import { skipToken, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import type { InfiniteData } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, unwrap } from "../../lib/api/client";
import { keys } from "../../lib/query-keys";
import type { Room } from "../../lib/socket-rooms";
import { usePush } from "../../lib/SocketContext";
import { mergeMessages, type ChatMessage } from "./chat-message";
import { roomKey } from "./room-key";

interface Page {
  items: ChatMessage[];
  nextCursor?: string | null;
}

const PAGE_SIZE = 50;
const NONE: readonly ChatMessage[] = [];

/**
 * A room's messages: pages of the past read over HTTP, and what is heard live. Kept apart, so that a
 * page read again cannot wipe out a message that came meanwhile; `mergeMessages` makes one list of them.
 */
export function useMessages(room: Room) {
  const client = useQueryClient();
  const key = roomKey(room);

  const { data, ...past } = useInfiniteQuery({
    queryKey: keys.messages(key),
    queryFn: ({ pageParam, signal }): Promise<Page> => readPage(room, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    // While one is in the room the socket keeps the list true; coming back reads it anew.
    staleTime: Infinity,
    refetchOnMount: "always",
  });
  const { data: live = NONE } = useQuery<readonly ChatMessage[]>({
    queryKey: keys.liveMessages(key),
    queryFn: skipToken,
    staleTime: Infinity,
  });

  const hear = (message: ChatMessage) => {
    client.setQueryData<ChatMessage[]>(keys.liveMessages(key), (heard = []) =>
      mergeMessages(heard, [message]),
    );
  };
  usePush("event_message", (message, position) => {
    if (room.kind === "event" && room.eventId === message.eventId) hear({ ...message, position });
  });
  usePush("private_message", (message, position) => {
    if (room.kind === "private" && room.matchId === message.matchId) hear({ ...message, position });
  });

  const revise = (change: (messages: readonly ChatMessage[]) => ChatMessage[]) => {
    client.setQueryData<readonly ChatMessage[]>(keys.liveMessages(key), (heard = []) =>
      change(heard),
    );
    client.setQueryData<InfiniteData<Page>>(
      keys.messages(key),
      (data) =>
        data && {
          ...data,
          pages: data.pages.map((page) => ({ ...page, items: change(page.items) })),
        },
    );
  };
  usePush("message_edited", ({ id, content }) =>
    revise((messages) => messages.map((each) => (each.id === id ? { ...each, content } : each))),
  );
  usePush("message_retracted", ({ id }) =>
    revise((messages) => messages.filter((each) => each.id !== id)),
  );

  useEffect(
    () => () => {
      // Outside the room nothing is heard: keep a first look for coming back, and no list with a hole in it.
      client.removeQueries({ queryKey: keys.liveMessages(key) });
      client.setQueryData<InfiniteData<Page>>(
        keys.messages(key),
        (data) =>
          data && { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) },
      );
    },
    [client, key],
  );

  return { ...past, pages: data?.pages, live };
}

function readPage(room: Room, cursor: string | undefined, signal: AbortSignal): Promise<Page> {
  const query = { limit: PAGE_SIZE, cursor };
  return room.kind === "event"
    ? unwrap(
        api.GET("/api/events/{id}/messages", {
          params: { path: { id: room.eventId }, query },
          signal,
        }),
      )
    : unwrap(
        api.GET("/api/matches/{id}/messages", {
          params: { path: { id: room.matchId }, query },
          signal,
        }),
      );
}
