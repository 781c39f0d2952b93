import * as v from "valibot";

/** A message of either kind of room, as the server keeps it. */
export const chatMessageSchema = v.object({
  id: v.string(),
  userId: v.string(),
  username: v.string(),
  avatar: v.optional(v.nullable(v.string()), null),
  content: v.string(),
  type: v.string(),
  createdAt: v.string(),
  /** Its place in the server's log: the order of a room. */
  position: v.optional(v.number()),
});

export interface ChatMessage extends v.InferOutput<typeof chatMessageSchema> {
  /** How it came, in a room that is encrypted. */
  secrecy?: Secrecy;
  /** What opens it, for who reports it and reveals it. */
  messageKey?: string;
}

export type Secrecy =
  /** Readable, and from whom it names. */
  | "open"
  | "opening"
  /** Readable, but from a device of the author's that this one has never seen. */
  | "strange-device"
  | "not-for-this-device"
  | "unsound"
  /** Not encrypted, in a room that is. */
  | "plain";

/** One list out of pages read over HTTP and messages heard live, which overlap. */
export function mergeMessages(...lists: readonly (readonly ChatMessage[])[]): ChatMessage[] {
  const byId = new Map<string, ChatMessage>();
  for (const message of lists.flat()) {
    const known = byId.get(message.id);
    byId.set(
      message.id,
      known ? { ...message, position: message.position ?? known.position } : message,
    );
  }
  return [...byId.values()].sort(
    (a, b) =>
      (a.position ?? Number.MAX_SAFE_INTEGER) - (b.position ?? Number.MAX_SAFE_INTEGER) ||
      a.createdAt.localeCompare(b.createdAt),
  );
}
