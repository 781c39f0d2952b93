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

/** The latest first, so that what an event brought stands where one looks. */
export function factsOf(state: MatchState): Fact[] {
  const done = [
    ...state.moves.map((move) => ({ ...move, label: MOVES[move.status], detail: undefined })),
    ...state.transfers.map((transfer) => ({
      ...transfer,
      label: transfer.direction === "sent" ? "Sending a video" : "Receiving a video",
      detail: transferWords(transfer),
    })),
    ...state.receipts.map((receipt) => ({
      ...receipt,
      by: receipt.from,
      label: "Received and verified",
      detail: receiptWords(receipt, state),
    })),
    ...state.ratings.map((rating) => ({
      ...rating,
      label: `${rating.score} of 5`,
      detail: ratingWords(rating),
    })),
  ].sort((a, b) => b.position - a.position);
  return [
    { key: "status", label: "Status", value: STATUSES[state.status] },
    { key: "open", label: "Ratings", value: openWords(state) },
    ...done.map(({ position, label, by, at, detail }) => ({
      key: String(position),
      label,
      value: `${by.username} · ${utc(at)}`,
      detail,
    })),
  ];
}

/** A word for each fact that is not as it was before, by its key; at the first event all are new. */
export function changedBy(
  before: MatchState | undefined,
  after: MatchState,
): Map<string, "new" | "changed"> {
  const known = new Map((before ? factsOf(before) : []).map(({ key, value }) => [key, value]));
  return new Map(
    factsOf(after)
      .filter(({ key, value }) => known.get(key) !== value)
      .map(({ key }) => [key, known.has(key) ? "changed" : "new"]),
  );
}

function transferWords(transfer: MatchState["transfers"][number]): string {
  const { outcome, seconds, path, reason } = transfer;
  const way = path === "relay" ? "through a relay" : path ? "directly" : undefined;
  return [outcome, bytes(transfer.bytes), `${seconds} s`, way, reason]
    .filter((part) => part !== undefined && part !== null)
    .join(" · ");
}

function receiptWords(receipt: MatchState["receipts"][number], state: MatchState): string {
  const to = [state.requester, state.recipient].find(({ id }) => id === receipt.to);
  const proof = receipt.proof ? ` · hash ${receipt.proof}` : "";
  return `to ${to?.username ?? receipt.to} · ${bytes(receipt.bytes)}${proof}`;
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
  return "None before the match is completed";
}
