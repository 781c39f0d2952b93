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
  receipts: [],
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
    expect(changedBy(undefined, requested)).toEqual(
      new Map([
        ["status", "new"],
        ["40", "new"],
        ["open", "new"],
      ]),
    );
  });

  it("is what is new and what reads otherwise than before", () => {
    expect(changedBy(requested, completed)).toEqual(
      new Map([
        ["status", "changed"],
        ["60", "new"],
        ["open", "changed"],
      ]),
    );
    expect(changedBy(completed, rated)).toEqual(new Map([["70", "new"]]));
    const open = changedBy(rated, { ...rated, bothRated: true });
    expect(open).toEqual(new Map([["open", "changed"]]));
  });

  it("is nothing where nothing came of it", () => {
    expect(changedBy(rated, rated)).toEqual(new Map());
  });
});

describe("a match’s state", () => {
  it("tells the latest first, after what it has come to", () => {
    expect(factsOf(rated).map(({ key }) => key)).toEqual(["status", "open", "70", "60", "40"]);
  });

  it("tells each moment the same to every reader", () => {
    expect(told(requested, "40")).toEqual({
      key: "40",
      label: "Asked",
      value: "ann · 2026-11-23 15:30:53",
      detail: undefined,
    });
  });

  it("tells a rating, whoever may see it yet", () => {
    expect(told(rated, "70")).toMatchObject({
      label: "4 of 5",
      detail: "“Steady hands” · Would film together again",
    });
    expect(told(rated, "open")?.value).toContain("from 2026-12-07");
  });

  it("tells what both said was received and verified", () => {
    const receipts: MatchState["receipts"] = [
      { transfer: "t", from: ann, to: "bob", bytes: 21_400_000, proof: "ab12", at, position: 55 },
    ];
    expect(told({ ...completed, receipts }, "55")).toEqual({
      key: "55",
      label: "Received and verified",
      value: "ann · 2026-11-23 15:30:53",
      detail: "to bob · 21 MB · hash ab12",
    });
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
    expect(told({ ...completed, transfers }, "50")).toMatchObject({
      label: "Receiving a video",
      detail: "failed · 21 MB · 2.5 s · connection lost",
    });
  });
});
