import type { HistoryEntry, ModerationAct, ReportOutcome, ReportReason } from "../../lib/api/types";
import { dateTime } from "../../lib/time";

export const REASONS: Record<ReportReason, string> = {
  harassment: "Harassment",
  inappropriate: "Inappropriate content",
  spam: "Spam",
  impersonation: "Pretends to be somebody else",
  other: "Something else",
};

export const OUTCOMES: Record<ReportOutcome, string> = {
  no_action: "Nothing to do",
  warned: "Warned",
  suspended: "Suspended",
};

export const MOVES: Record<HistoryEntry["type"], string> = {
  Requested: "asked",
  Accepted: "agreed",
  Declined: "declined",
  Cancelled: "called it off",
  Completed: "said that all was handed over",
  PartnerRated: "rated",
  TransferReported: "reported a handover",
  VideoHandedOver: "handed a video over",
  EncryptionOffered: "asked to encrypt what they write",
  EncryptionAgreed: "agreed to encrypt what they write",
};

export function actWords({ kind, until }: Pick<ModerationAct, "kind" | "until">): string {
  if (kind === "warned") return "Warned";
  if (kind === "lifted") return "Suspension lifted";
  return until ? `Suspended until ${dateTime(until)}` : "Suspended until lifted";
}

/** Whether the newest suspension still holds. */
export function isSuspended(acts: readonly ModerationAct[], now = new Date()): boolean {
  const last = acts.find(({ kind }) => kind !== "warned");
  return last?.kind === "suspended" && (last.until === null || new Date(last.until) > now);
}
