import { useQueryClient } from "@tanstack/react-query";
import { createContext, use, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { ReactNode } from "react";
import { useToast } from "../../components/Toast";
import { keys } from "../../lib/query-keys";
import { CLOSED, type Room } from "../../lib/socket-rooms";
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
        onRefusedUnseen: (entry, refusal) => toast(toldOf(entry, refusal), "danger"),
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
  return useMemo(() => entries.filter((entry) => roomKey(entry.room) === key), [entries, key]);
}

/** What waits for the room is in view while this is. */
export function useLookAt(room: Room): void {
  const outbox = useOutbox();
  const key = roomKey(room);
  useEffect(() => outbox.lookAt(key), [outbox, key]);
}

function toldOf({ room, content }: Outgoing, { code, reason }: { code: string; reason: string }) {
  const what = `“${beginningOf(content)}” was not sent: ${reason.replace(/[.!?]?$/, ".")}`;
  // Where one does not belong, there is no chat in which it could be seen.
  if (CLOSED.includes(code)) return what;
  return `${what} It waits in the chat of the ${room.kind === "event" ? "event" : "match"}.`;
}

function beginningOf(content: string): string {
  // By characters, of which some are two of a string's units.
  const beginning = /^.{0,40}/su.exec(content)?.[0] ?? "";
  return beginning === content ? content : `${beginning.trimEnd()}…`;
}
