import * as v from "valibot";
import type { HistoryEntry, Match } from "../../lib/api/types";
import { bytes } from "../../lib/bytes";

const transferSchema = v.object({
  report: v.object({
    direction: v.picklist(["sent", "received"]),
    outcome: v.picklist(["completed", "failed", "cancelled"]),
    bytes: v.number(),
  }),
});
const receiptSchema = v.object({ receipt: v.object({ to: v.string(), bytes: v.number() }) });
/** A rating that is not open yet says only that it was given. */
const ratingSchema = v.object({ rating: v.object({ score: v.number() }) });

type Report = v.InferOutput<typeof transferSchema>["report"];

/** One entry of a match's log, as a dancer would tell it. */
export function historyWords(entry: HistoryEntry, match: Match, meId: string): string {
  const who = name(entry.by, match, meId);
  switch (entry.type) {
    case "Requested":
      return `${who} asked ${inSentence(name(otherOf(entry.by, match), match, meId))} to film each other`;
    case "Accepted":
      return `${who} agreed`;
    case "Declined":
      return `${who} declined`;
    case "Cancelled":
      return `${who} cancelled`;
    case "Completed":
      return `${who} said it was all handed over`;
    case "PartnerRated": {
      const rating = v.safeParse(ratingSchema, entry.data);
      return rating.success ? `${who} gave ${rating.output.rating.score} of 5` : `${who} rated`;
    }
    case "TransferReported": {
      const transfer = v.safeParse(transferSchema, entry.data);
      return transfer.success
        ? transferWords(who, transfer.output.report)
        : `${who} reported a handover`;
    }
    case "VideoHandedOver": {
      const told = v.safeParse(receiptSchema, entry.data);
      if (!told.success) return `${who} handed a video over`;
      const { to, bytes: size } = told.output.receipt;
      return `${name(to, match, meId)} received ${possessive(who)} video, verified on both ends (${bytes(size)})`;
    }
    case "EncryptionOffered":
      return `${who} asked to encrypt this conversation`;
    case "EncryptionAgreed":
      return `${who} agreed to encrypt this conversation`;
    default:
      // A newer server tells of something this version has no words for.
      return `${who}: ${String(entry.type)}`;
  }
}

function transferWords(who: string, transfer: Report): string {
  const size = bytes(transfer.bytes);
  if (transfer.outcome === "completed") {
    return transfer.direction === "sent"
      ? `${who} sent a video (${size})`
      : `${who} got a video (${size})`;
  }
  const way = transfer.direction === "sent" ? "Sending" : "Receiving";
  return `${way} a video ${transfer.outcome === "failed" ? "failed" : "was cancelled"} for ${inSentence(who)}`;
}

function otherOf(userId: string, { requester, recipient }: Match): string {
  return userId === requester.id ? recipient.id : requester.id;
}

function name(userId: string, { requester, recipient }: Match, meId: string): string {
  if (userId === meId) return "You";
  return userId === requester.id ? requester.username : recipient.username;
}

const inSentence = (who: string) => (who === "You" ? "you" : who);
const possessive = (who: string) => (who === "You" ? "your" : `${who}’s`);
