import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { ownDevice } from "../../../lib/encryption/keyring";
import { openMessage, type Opened } from "../../../lib/encryption/message";
import { keys } from "../../../lib/query-keys";
import type { ChatMessage } from "../chat-message";
import { asRead, isSealed, keyOf, type Reading } from "./as-read";

/** The messages as this device can read them. Nothing that was encrypted is kept in clear. */
export function useOpened(
  messages: readonly ChatMessage[],
  reading: Reading | undefined,
): ChatMessage[] {
  const client = useQueryClient();
  const [opened, setOpened] = useState<ReadonlyMap<string, Opened>>(new Map());
  const me = reading?.me;
  const matchId = reading?.matchId;

  useEffect(() => {
    if (me === undefined || matchId === undefined) return;
    const closed = messages.filter((message) => isSealed(message) && !opened.has(keyOf(message)));
    if (closed.length === 0) return;
    let over = false;
    void openAll(me, matchId, closed).then((news) => {
      if (!over) setOpened((before) => new Map([...before, ...news]));
    });
    return () => {
      over = true;
    };
  }, [messages, opened, me, matchId]);

  const shown = useMemo(
    () => (reading ? messages.map((message) => asRead(message, opened, reading)) : [...messages]),
    [messages, opened, reading],
  );
  // Somebody writes from a device that was not there when it was asked last: it is asked anew.
  const stranger = shown.findLast(({ secrecy }) => secrecy === "strange-device")?.id;
  useEffect(() => {
    if (stranger === undefined || matchId === undefined) return;
    void client.invalidateQueries({ queryKey: keys.matchDevices(matchId) });
  }, [client, stranger, matchId]);
  return shown;
}

async function openAll(
  me: string,
  matchId: string,
  messages: readonly ChatMessage[],
): Promise<[string, Opened][]> {
  try {
    const device = await ownDevice(me);
    return await Promise.all(
      messages.map(async (message): Promise<[string, Opened]> => {
        const place = { matchId, messageId: message.id, authorId: message.userId };
        return [keyOf(message), await openMessage(message.content, place, device)];
      }),
    );
  } catch {
    // This browser has no keys, nor a way to make some.
    return messages.map((message) => [keyOf(message), { state: "not-for-this-device" }]);
  }
}
