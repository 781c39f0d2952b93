import { useMemo, useState } from "react";
import type { ReactNode } from "react";
import { ErrorState } from "../../components/EmptyState";
import { RowsSkeleton } from "../../components/Skeleton";
import { messageOf } from "../../lib/api/problem";
import type { UserSummary } from "../../lib/api/types";
import type { Room } from "../../lib/socket-rooms";
import { mergeMessages, type ChatMessage } from "./chat-message";
import { Composer } from "./Composer";
import type { Reading } from "./encryption/as-read";
import { useOpened } from "./encryption/use-opened";
import { groupMessages } from "./group-messages";
import { MessageGroups } from "./MessageGroups";
import { NewMessageAnnouncer } from "./NewMessageAnnouncer";
import { useOutbox, useOutgoing } from "./OutboxContext";
import { ScrollArea } from "./ScrollArea";
import { TypingLine } from "./TypingLine";
import { useMessages } from "./use-messages";
import { useReadMark } from "./use-read-mark";
import { useTyping } from "./use-typing";
import { WaitingMessages } from "./WaitingMessages";

interface ChatProps {
  room: Room;
  me: UserSummary;
  /** Shown before the first message. */
  empty: ReactNode;
  placeholder: string;
  /** Why nothing may be written here any more. */
  closed?: string;
  /** Whether sending is this page's next step, and so amber. */
  prominent?: boolean;
  onReport: (message: ChatMessage) => void;
  /** Up to where the partner has read, where both show that. */
  readUpTo?: number;
  /** Of a private room: how to read what is encrypted. */
  reading?: Reading;
}

/** A room's conversation: the past above, what is on its way below, the composer under the thumb. */
export function Chat(props: ChatProps) {
  const { room, me, empty, placeholder, closed, prominent = false, onReport, readUpTo } = props;
  const { reading } = props;
  const { pages, live, ...past } = useMessages(room);
  const outgoing = useOutgoing(room);
  const outbox = useOutbox();
  const [sent, setSent] = useState(0);
  const [atEnd, setAtEnd] = useState(true);
  const { typing, sayTyping } = useTyping(room);
  const merged = useMemo(
    () => mergeMessages(...(pages ?? []).map(({ items }) => items), live),
    [pages, live],
  );
  const messages = useOpened(merged, reading);
  const days = useMemo(() => groupMessages(messages), [messages]);
  useReadMark(room, messages.at(-1)?.position, atEnd);
  const readId = messages.findLast(
    ({ userId, position }) =>
      userId === me.id && position !== undefined && position <= (readUpTo ?? 0),
  )?.id;
  // The acknowledgement and the room's own frame race each other; whichever is first, it shows once.
  const waiting = outgoing.filter(({ id }) => !messages.some((message) => message.id === id));

  return (
    <section aria-label="Chat" className="flex min-h-0 grow flex-col">
      <NewMessageAnnouncer messages={messages} meId={me.id} />
      {past.isPending && messages.length === 0 ? (
        <div className="flex min-h-0 grow flex-col justify-end p-4">
          <RowsSkeleton label="Loading messages" rows={5} />
        </div>
      ) : past.isError && messages.length === 0 ? (
        <div className="flex grow flex-col justify-center">
          <ErrorState error={past.error} onRetry={() => void past.refetch()} />
        </div>
      ) : (
        <ScrollArea
          first={messages[0]?.id}
          last={messages.at(-1)?.id}
          newSince={(id) => newSince(messages, id, me.id)}
          jump={sent}
          loadingOlder={past.isFetchingNextPage || (past.isFetching && !past.isSuccess)}
          trouble={past.isError ? messageOf(past.error) : undefined}
          onRetry={() => void (past.isFetchNextPageError ? past.fetchNextPage() : past.refetch())}
          onAtEnd={setAtEnd}
          onTop={past.hasNextPage ? () => void past.fetchNextPage() : undefined}
        >
          {messages.length === 0 && waiting.length === 0 && empty}
          <MessageGroups days={days} meId={me.id} readId={readId} onReport={onReport} />
          <WaitingMessages
            room={room}
            waiting={waiting}
            onRetry={(id) => outbox.retry(id)}
            onDiscard={(id) => outbox.discard(id)}
          />
        </ScrollArea>
      )}
      <TypingLine typing={typing} />
      {closed ? (
        <p className="pb-safe border-t border-line px-4 pt-3 text-center text-sm text-muted">
          {closed}
        </p>
      ) : (
        <Composer
          placeholder={placeholder}
          prominent={prominent}
          onType={sayTyping}
          onSend={(content) => {
            outbox.post(room, content);
            setSent((count) => count + 1);
          }}
        />
      )}
    </section>
  );
}

/** How many messages others wrote after the one with this id. */
function newSince(messages: readonly ChatMessage[], id: string | undefined, meId: string): number {
  const seen = messages.findIndex((message) => message.id === id);
  return messages.slice(seen + 1).filter(({ userId }) => userId !== meId).length;
}
