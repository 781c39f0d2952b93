import { useEffect, useRef, useState } from "react";
import type { ChatMessage } from "./chat-message";
import { secrecyWords } from "./encryption/secrecy-words";

interface NewMessageAnnouncerProps {
  messages: readonly ChatMessage[];
  meId: string;
}

/**
 * Reads new messages of others aloud. Apart from the list, because a live list would also read the
 * older pages that scrolling up brings in.
 */
export function NewMessageAnnouncer({ messages, meId }: NewMessageAnnouncerProps) {
  const newest = messages.at(-1);
  const heard = useRef<string>(undefined);
  const [said, setSaid] = useState("");

  useEffect(() => {
    if (!newest || newest.id === heard.current || newest.secrecy === "opening") return;
    const arrivedNow = heard.current !== undefined;
    heard.current = newest.id;
    if (arrivedNow && newest.userId !== meId)
      setSaid(`${newest.username}: ${secrecyWords(newest) ?? newest.content}`);
  }, [newest, meId]);

  return (
    <div role="log" aria-live="polite" className="sr-only">
      {said}
    </div>
  );
}
