import { LockOpen, ShieldAlert } from "lucide-react";
import type { ChatMessage } from "../chat-message";

/** Below a message that can be read, but does not come as it should in a room that is encrypted. */
export function SecrecyNote({ message: { secrecy, username } }: { message: ChatMessage }) {
  if (secrecy === "plain") {
    return (
      <p className="flex items-center gap-1 px-1 text-xs text-muted">
        <LockOpen className="size-3.5" aria-hidden="true" />
        Not encrypted
      </p>
    );
  }
  if (secrecy === "strange-device") {
    return (
      <p className="flex items-center gap-1 px-1 text-xs text-danger">
        <ShieldAlert className="size-3.5 shrink-0" aria-hidden="true" />
        From a device that this one does not know as {username}’s
      </p>
    );
  }
  return null;
}
