import { describe, expect, it } from "vitest";
import type { Match, OwedVideo } from "../../lib/api/types";
import { nextStep, stateWords, stepIndex, STEPS } from "./match-progress";

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

const owed: OwedVideo = { state: "owed", bytes: null, at: null, proof: null };
const video = (state: OwedVideo["state"]): OwedVideo =>
  state === "owed" ? owed : { state, bytes: 1, at: "2026-11-23T11:00:00Z", proof: null };

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
  exchange: { mine: owed, partners: owed },
  encryption: { state: "off", offeredBy: null },
  ...more,
});
const agreed = (mine: OwedVideo["state"], partners: OwedVideo["state"]) =>
  match({ status: "accepted", exchange: { mine: video(mine), partners: video(partners) } });
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

  it("is filming until a video has gone over, then the other video", () => {
    expect(nextStep(agreed("owed", "owed"), "ann")).toBe("film");
    expect(nextStep(agreed("owed", "verified"), "ann")).toBe("hand-over");
    expect(nextStep(agreed("verified", "owed"), "ann")).toBe("wait-for-video");
  });

  it.each(["sent", "received", "verified"] as const)(
    "is calling it done once both went, also when one is only %s",
    (state) => {
      expect(nextStep(agreed(state, "verified"), "ann")).toBe("complete");
      expect(nextStep(agreed("verified", state), "ann")).toBe("complete");
    },
  );

  it("says in a list what is still to go or to come", () => {
    expect(stateWords(agreed("owed", "received"), "ann")).toBe("Your video of bob is still to go");
    expect(stateWords(agreed("sent", "owed"), "ann")).toBe("bob’s video is still to come");
    expect(stateWords(agreed("sent", "verified"), "ann")).toBe("Both videos went over");
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
