import { describe, expect, it } from "vitest";
import type { HistoryEntry, Match } from "../../lib/api/types";
import { historyWords } from "./history-words";

const match = {
  requester: { id: "ann", username: "ann", avatar: null },
  recipient: { id: "bob", username: "bob", avatar: null },
} as Match;

const tell = (type: HistoryEntry["type"], by: string, data: Record<string, never> | object = {}) =>
  historyWords(
    { position: 1, type, by, at: "2026-11-23T12:00:00Z", data } as HistoryEntry,
    match,
    "bob",
  );

describe("a match's history", () => {
  it("speaks to the reader as you, and names the other", () => {
    expect(tell("Requested", "ann")).toBe("ann asked you to film each other");
    expect(tell("Accepted", "bob")).toBe("You agreed");
  });

  it("tells what went over, and what did not", () => {
    const report = { direction: "sent", outcome: "completed", bytes: 21_400_000 };
    expect(tell("TransferReported", "ann", { report })).toBe("ann sent a video (21 MB)");
    expect(tell("TransferReported", "bob", { report: { ...report, outcome: "failed" } })).toBe(
      "Sending a video failed for you",
    );
  });

  it("tells whose video is verified on both ends", () => {
    const receipt = { transfer: "t", from: "ann", to: "bob", bytes: 21_400_000, proof: null };
    expect(tell("VideoHandedOver", "ann", { receipt })).toBe(
      "You received ann’s video, verified on both ends (21 MB)",
    );
    expect(tell("VideoHandedOver", "bob", { receipt: { ...receipt, to: "ann" } })).toBe(
      "ann received your video, verified on both ends (21 MB)",
    );
  });

  it("keeps a rating closed that the server keeps closed", () => {
    expect(tell("PartnerRated", "ann")).toBe("ann rated");
    expect(tell("PartnerRated", "ann", { rating: { score: 4 } })).toBe("ann gave 4 of 5");
  });
});
