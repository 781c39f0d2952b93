import type { ChatMessage } from "../chat-message";

/** What stands in place of a message that cannot be read here; undefined for one that can. */
export function secrecyWords({ secrecy, username }: ChatMessage): string | undefined {
  switch (secrecy) {
    case "opening":
      return "…";
    case "not-for-this-device":
      return "Sent while this device could not read along";
    case "unsound":
      return `This is not what ${username} sent: it was altered on its way, and is not shown`;
    default:
      return undefined;
  }
}
