/** A match's state as lines to read, and which of them an event made or changed. */
import type { MatchState } from "../../lib/api/types";
import { bytes } from "../../lib/bytes";
import { utc } from "../../lib/time";

export interface Fact {
  /** The same for the same thing before and after an event. */
  key: string;
  label: string;
  value: string;
  detail?: string;
}

const MOVES = {
  pending: "Asked",
  accepted: "Agreed",
  declined: "Declined",
  cancelled: "Cancelled",
  completed: "Completed",
};

const STATUSES = {
  pending: "Waiting for an answer",
  accepted: "Agreed",
  declined: "Declined",
  cancelled: "Cancelled",
  completed: "Completed",
};

export function factsOf(state: MatchState): Fact[] {
  const by = (person: { username: string }, at: string) => `${person.username} · ${utc(at)}`;
  return [
    { key: "status", label: "Status", value: STATUSES[state.status] },
    ...state.moves.map((move) => ({
      key: `move-${move.position}`,
      label: MOVES[move.status],
      value: by(move.by, move.at),
    })),
    ...state.transfers.map((transfer) => ({
      key: `transfer-${transfer.position}`,
      label: transfer.direction === "sent" ? "Sending a video" : "Receiving a video",
      value: by(transfer.by, transfer.at),
      detail: transferWords(transfer),
    })),
    ...state.ratings.map((rating) => ({
      key: `rating-${rating.position}`,
      label: `${rating.score} of 5`,
      value: by(rating.by, rating.at),
      detail: ratingWords(rating),
    })),
    { key: "open", label: "Ratings", value: openWords(state) },
  ];
}

/** Keys of what is not as it was before; of the first event, everything. */
export function changedBy(before: MatchState | undefined, after: MatchState): Set<string> {
  const known = new Map((before ? factsOf(before) : []).map(({ key, value }) => [key, value]));
  return new Set(
    factsOf(after)
      .filter(({ key, value }) => known.get(key) !== value)
      .map(({ key }) => key),
  );
}

function transferWords(transfer: MatchState["transfers"][number]): string {
  const { outcome, seconds, path, reason } = transfer;
  const way = path === "relay" ? "through a relay" : path ? "directly" : undefined;
  return [outcome, bytes(transfer.bytes), `${seconds} s`, way, reason]
    .filter((part) => part !== undefined && part !== null)
    .join(" · ");
}

function ratingWords(rating: MatchState["ratings"][number]): string {
  const again = rating.wouldCollaborateAgain
    ? "Would film together again"
    : "Would not film together again";
  return rating.comment ? `“${rating.comment}” · ${again}` : again;
}

function openWords({ bothRated, revealsAt }: MatchState): string {
  if (bothRated) return "Open to both, as both have rated";
  if (revealsAt) return `Open to both once both have rated, or from ${utc(revealsAt)}`;
  return "Only once completed";
}
