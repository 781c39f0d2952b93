import { describe, expect, it } from "vitest";
import type { MatchState } from "../../lib/api/types";
import { changedBy, factsOf } from "./facts";

const ann = { id: "ann", username: "ann", avatar: null };
const bob = { id: "bob", username: "bob", avatar: null };
const at = "2026-11-23T15:30:53.123Z";

const requested: MatchState = {
  status: "pending",
  event: { id: "e", name: "BudaFest" },
  requester: ann,
  recipient: bob,
  moves: [{ status: "pending", by: ann, at, position: 40 }],
  ratings: [],
  bothRated: false,
  revealsAt: null,
  transfers: [],
};
const completed: MatchState = {
  ...requested,
  status: "completed",
  moves: [...requested.moves, { status: "completed", by: bob, at, position: 60 }],
  revealsAt: "2026-12-07T15:30:53.123Z",
};
const rated: MatchState = {
  ...completed,
  ratings: [
    { score: 4, comment: "Steady hands", wouldCollaborateAgain: true, by: bob, at, position: 70 },
  ],
};

const told = (state: MatchState, key: string) => factsOf(state).find((fact) => fact.key === key);

describe("what an event changed", () => {
  it("is everything, at the first", () => {
    expect(changedBy(undefined, requested)).toEqual(new Set(["status", "move-40", "open"]));
  });

  it("is what is new and what reads otherwise than before", () => {
    expect(changedBy(requested, completed)).toEqual(new Set(["status", "move-60", "open"]));
    expect(changedBy(completed, rated)).toEqual(new Set(["rating-70"]));
    expect(changedBy(rated, { ...rated, bothRated: true })).toEqual(new Set(["open"]));
  });

  it("is nothing where nothing came of it", () => {
    expect(changedBy(rated, rated)).toEqual(new Set());
  });
});

describe("a match’s state", () => {
  it("tells each moment the same to every reader", () => {
    expect(told(requested, "move-40")).toEqual({
      key: "move-40",
      label: "Asked",
      value: "ann · 2026-11-23 15:30:53",
    });
  });

  it("tells a rating, whoever may see it yet", () => {
    expect(told(rated, "rating-70")).toMatchObject({
      label: "4 of 5",
      detail: "“Steady hands” · Would film together again",
    });
    expect(told(rated, "open")?.value).toContain("from 2026-12-07");
  });

  it("tells how a video went, as far as it is known", () => {
    const transfers: MatchState["transfers"] = [
      {
        direction: "received",
        outcome: "failed",
        bytes: 21_400_000,
        seconds: 2.5,
        path: null,
        reason: "connection lost",
        by: ann,
        at,
        position: 50,
      },
    ];
    expect(told({ ...completed, transfers }, "transfer-50")).toMatchObject({
      label: "Receiving a video",
      detail: "failed · 21 MB · 2.5 s · connection lost",
    });
  });
});
