import { dayKey } from "../../lib/time";
import type { ChatMessage } from "./chat-message";

/** What one person said in one go: their name and the time stand once above it. */
export interface MessageGroup {
  key: string;
  author: Pick<ChatMessage, "userId" | "username" | "avatar">;
  at: string;
  messages: ChatMessage[];
}

export interface MessageDay {
  day: string;
  at: string;
  groups: MessageGroup[];
}

const TOGETHER_MS = 60_000;

/** Groups messages, oldest first, by local day, then by author and minute. */
export function groupMessages(messages: readonly ChatMessage[]): MessageDay[] {
  const days: MessageDay[] = [];
  for (const message of messages) {
    const day = dayKey(message.createdAt);
    let current = days.at(-1);
    if (current?.day !== day) {
      current = { day, at: message.createdAt, groups: [] };
      days.push(current);
    }
    const last = current.groups.at(-1);
    if (last && belongs(last, message)) last.messages.push(message);
    else {
      const { id, userId, username, avatar, createdAt } = message;
      current.groups.push({
        key: id,
        author: { userId, username, avatar },
        at: createdAt,
        messages: [message],
      });
    }
  }
  return days;
}

function belongs(group: MessageGroup, message: ChatMessage): boolean {
  const previous = group.messages.at(-1)?.createdAt ?? group.at;
  return (
    group.author.userId === message.userId &&
    new Date(message.createdAt).getTime() - new Date(previous).getTime() < TOGETHER_MS
  );
}
