import { useQueryClient } from "@tanstack/react-query";
import { createContext, use, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { ReactNode } from "react";
import { useToast } from "../../components/Toast";
import { keys } from "../../lib/query-keys";
import type { Room } from "../../lib/socket-rooms";
import { useSocket } from "../../lib/SocketContext";
import { mergeMessages, type ChatMessage } from "./chat-message";
import { Outbox } from "./outbox";
import type { Outgoing } from "./outbox-store";
import { signedInAgain } from "./encryption/devices";
import { learnThatEncrypted } from "./encryption/learn";
import { sealOutgoing } from "./encryption/seal-outgoing";
import { roomKey } from "./room-key";

const OutboxContext = createContext<Outbox | undefined>(undefined);

/** Lives as long as the person is signed in, so that a message is sent although its room was closed. */
export function OutboxProvider({ userId, children }: { userId: string; children: ReactNode }) {
  const socket = useSocket();
  const client = useQueryClient();
  const toast = useToast();
  const [outbox] = useState(
    () =>
      new Outbox({
        deliver: (type, data) => socket.deliver(type, data),
        onSent: (room, message) =>
          client.setQueryData<ChatMessage[]>(keys.liveMessages(roomKey(room)), (live = []) =>
            mergeMessages(live, [message]),
          ),
        onRefusedUnseen: ({ room, content }, reason) =>
          toast(`“${beginningOf(content)}” was not sent: ${reason} ${whereItIs(room)}`, "danger"),
        seal: (entry) => sealOutgoing(userId, entry),
        onMustEncrypt: (room) => learnThatEncrypted(userId, room),
        storage: localStorage,
        storageKey: `spotlight.outbox.${userId}`,
      }),
  );
  useEffect(() => {
    // Whoever opens an encrypted room tries again.
    signedInAgain(userId).catch(() => undefined);
  }, [userId]);
  useEffect(() => outbox.start(), [outbox]);
  useEffect(
    () =>
      socket.onStatus((status) => {
        if (status === "open") outbox.flush();
      }),
    [socket, outbox],
  );
  return <OutboxContext value={outbox}>{children}</OutboxContext>;
}

export function useOutbox(): Outbox {
  const outbox = use(OutboxContext);
  if (!outbox) throw new Error("useOutbox is used outside of OutboxProvider");
  return outbox;
}

/** What is on its way into one room. */
export function useOutgoing(room: Room): Outgoing[] {
  const outbox = useOutbox();
  const entries = useSyncExternalStore(
    (onChange) => outbox.subscribe(onChange),
    () => outbox.entries,
  );
  const key = roomKey(room);
  useEffect(() => outbox.lookAt(key), [outbox, key]);
  return useMemo(() => entries.filter((entry) => roomKey(entry.room) === key), [entries, key]);
}

const SHOWN_CHARACTERS = 40;

function beginningOf(content: string): string {
  const characters = Array.from(new Intl.Segmenter().segment(content), ({ segment }) => segment);
  if (characters.length <= SHOWN_CHARACTERS) return content;
  return `${characters.slice(0, SHOWN_CHARACTERS).join("").trimEnd()}…`;
}

function whereItIs({ kind }: Room): string {
  return kind === "event" ? "It waits in the event’s chat." : "It waits in the match’s chat.";
}
