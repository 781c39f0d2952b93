import { speaksFor, type SeenDevices } from "../../../lib/encryption/known-devices";
import type { Opened } from "../../../lib/encryption/message";
import type { ChatMessage } from "../chat-message";

/** What a private room's list needs to be read. */
export interface Reading {
  me: string;
  matchId: string;
  /** Whether the room is encrypted, so that what is not says so. */
  on: boolean;
  /** Whose devices are whose; none while that is not known yet. */
  devices: { mine: SeenDevices; theirs: SeenDevices } | undefined;
}

/** Of an erased author's message nothing is left to open. */
export function isSealed({ type, content }: ChatMessage): boolean {
  return type === "encrypted" && content !== "";
}

/** What a message is opened for once: other content under the same id is another. */
export function keyOf({ id, content }: ChatMessage): string {
  return `${id} ${content}`;
}

/** A message as it can be shown, given what could be opened. */
export function asRead(
  message: ChatMessage,
  opened: ReadonlyMap<string, Opened>,
  { me, on, devices }: Reading,
): ChatMessage {
  if (message.content === "") return message;
  if (!isSealed(message)) return on ? { ...message, secrecy: "plain" } : message;
  const found = opened.get(keyOf(message));
  if (!found || !devices) return { ...message, secrecy: "opening" };
  if (found.state !== "open") return { ...message, secrecy: found.state };
  const { said, from, messageKey } = found;
  const authors = message.userId === me ? devices.mine : devices.theirs;
  const secrecy = speaksFor(authors, from) ? "open" : "strange-device";
  return { ...message, content: said.content, type: said.type, secrecy, messageKey };
}
