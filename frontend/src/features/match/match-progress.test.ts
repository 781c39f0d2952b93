import { describe, expect, it } from "vitest";
import type { Match } from "../../lib/api/types";
import { handovers, nextStep, stepIndex, STEPS } from "./match-progress";

const ann = { id: "ann", username: "ann", avatar: null };
const bob = { id: "bob", username: "bob", avatar: null };
const event = {
  id: "e1",
  slug: "budafest",
  name: "BudaFest",
  location: "Budapest",
  startDate: "2026-11-20",
  endDate: "2026-11-23",
};

/** Bob asked Ann; seen by Ann unless said otherwise. */
const match = (more: Partial<Match>): Match => ({
  id: "m1",
  event,
  requester: bob,
  recipient: ann,
  partner: bob,
  status: "pending",
  roomId: "r1",
  createdAt: "2026-11-23T10:00:00Z",
  updatedAt: "2026-11-23T10:00:00Z",
  completedAt: null,
  rating: { mine: null, partners: null, revealed: false, revealsAt: null },
  transfers: [],
  ...more,
});
const transfer = (by: string, direction: "sent" | "received", outcome = "completed") =>
  ({
    by,
    direction,
    outcome,
    bytes: 1,
    seconds: 1,
    path: "host",
    at: "2026-11-23T11:00:00Z",
  }) as const as Match["transfers"][number];
const rating = {
  matchId: "m1",
  rater: ann,
  ratee: bob,
  event,
  score: 5,
  comment: null,
  wouldCollaborateAgain: true,
  createdAt: "2026-11-23T12:00:00Z",
};

describe("the next step", () => {
  it("is the answer for the one who was asked, and waiting for the one who asked", () => {
    expect(nextStep(match({}), "ann")).toBe("answer");
    expect(nextStep(match({}), "bob")).toBe("wait-for-answer");
  });

  it("is filming until a video has gone over, whoever reports it", () => {
    expect(nextStep(match({ status: "accepted" }), "ann")).toBe("film");
    const failed = [transfer("bob", "sent", "failed")];
    expect(nextStep(match({ status: "accepted", transfers: failed }), "ann")).toBe("film");
    const done = [transfer("bob", "sent")];
    expect(nextStep(match({ status: "accepted", transfers: done }), "ann")).toBe("complete");
  });

  it("is rating, then waiting for the partner's, then nothing", () => {
    const completed = { status: "completed" } as const;
    expect(nextStep(match(completed), "ann")).toBe("rate");
    const rated = { mine: rating, partners: null, revealed: false, revealsAt: null };
    expect(nextStep(match({ ...completed, rating: rated }), "ann")).toBe("wait-for-rating");
    const open = { ...rated, revealed: true };
    expect(nextStep(match({ ...completed, rating: open }), "ann")).toBe("done");
  });

  it("is none once declined or cancelled", () => {
    expect(nextStep(match({ status: "declined" }), "ann")).toBe("closed");
    expect(nextStep(match({ status: "cancelled" }), "ann")).toBe("closed");
  });

  it("never lies beyond the steps shown", () => {
    expect(stepIndex("done")).toBe(STEPS.length);
    expect(STEPS[stepIndex("rate")]).toBe("Rated");
    expect(STEPS[stepIndex("film")]).toBe("Filmed");
  });
});

describe("handovers", () => {
  it("tell mine from theirs by either end's report", () => {
    expect(handovers(match({ transfers: [transfer("ann", "sent")] }), "ann")).toEqual({
      mine: true,
      theirs: false,
    });
    expect(handovers(match({ transfers: [transfer("bob", "received")] }), "ann")).toEqual({
      mine: true,
      theirs: false,
    });
    expect(handovers(match({ transfers: [transfer("bob", "sent")] }), "ann")).toEqual({
      mine: false,
      theirs: true,
    });
  });
});
