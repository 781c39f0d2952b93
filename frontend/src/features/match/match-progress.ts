/** How far two people are, and whose move it is: the words and buttons of a match follow from here. */
import type { Match, OwedVideo } from "../../lib/api/types";

export const STEPS = ["Asked", "Agreed", "Filmed", "Handed over", "Rated"];

export type NextStep =
  /** I was asked. */
  | "answer"
  /** I asked, the partner has not answered. */
  | "wait-for-answer"
  /** Film each other, then choose the video to hand over: one way, as nobody reports the filming itself. */
  | "film"
  /** The partner's video is here, mine has not gone. */
  | "hand-over"
  /** Mine has gone, the partner's is not here. */
  | "wait-for-video"
  /** Both videos are over: say that it is done. */
  | "complete"
  | "rate"
  /** I rated, the partner has not, and the time has not run out. */
  | "wait-for-rating"
  | "done"
  | "closed";

export function nextStep(match: Match, meId: string): NextStep {
  switch (match.status) {
    case "pending":
      return match.recipient.id === meId ? "answer" : "wait-for-answer";
    case "accepted":
      return exchangeStep(match.exchange);
    case "completed":
      if (!match.rating.mine) return "rate";
      return match.rating.revealed ? "done" : "wait-for-rating";
    case "declined":
    case "cancelled":
      return "closed";
  }
}

/** Index into `STEPS` of the step that comes next; its length when all is done. */
export function stepIndex(next: NextStep): number {
  switch (next) {
    case "answer":
    case "wait-for-answer":
    case "closed":
      return 1;
    case "film":
      return 2;
    case "hand-over":
    case "wait-for-video":
    case "complete":
      return 3;
    case "rate":
      return 4;
    case "wait-for-rating":
    case "done":
      return STEPS.length;
  }
}

function exchangeStep({ mine, partners }: Match["exchange"]): NextStep {
  if (isOver(mine)) return isOver(partners) ? "complete" : "wait-for-video";
  return isOver(partners) ? "hand-over" : "film";
}

/** Either end's word counts; the other's may still be on its way. */
function isOver({ state }: OwedVideo): boolean {
  return state !== "owed";
}

/** A few words for a list. */
export function stateWords(match: Match, meId: string): string {
  const { username } = match.partner;
  switch (nextStep(match, meId)) {
    case "answer":
      return `${username} asks you`;
    case "wait-for-answer":
      return `Waiting for ${username}`;
    case "film":
      return "Film, then hand over";
    case "hand-over":
      return `Your video of ${username} is still to go`;
    case "wait-for-video":
      return `${username}’s video is still to come`;
    case "complete":
      return "Both videos went over";
    case "rate":
      return `Rate ${username}`;
    case "wait-for-rating":
      return `Waiting for ${username}’s rating`;
    case "done":
      return "Done";
    case "closed":
      return match.status === "declined" ? "Declined" : "Cancelled";
  }
}
