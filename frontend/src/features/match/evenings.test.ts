import { describe, expect, it } from "vitest";
import type { Match } from "../../lib/api/types";
import { eveningsOf, monthsOf } from "./evenings";

const completed = (id: string, eventId: string, at: Date) =>
  ({ id, event: { id: eventId }, completedAt: at.toISOString() }) as Match;

describe("evenings", () => {
  it("gather the matches of one event and local day, the latest first", () => {
    const evenings = eveningsOf([
      completed("1", "e1", new Date(2026, 10, 21, 18)),
      completed("2", "e1", new Date(2026, 10, 21, 23, 59)),
      completed("3", "e1", new Date(2026, 10, 22, 0, 1)),
      completed("4", "e2", new Date(2026, 10, 21, 20)),
    ]);
    expect(evenings.map(({ matches }) => matches.map(({ id }) => id))).toEqual([
      ["3"],
      ["1", "2"],
      ["4"],
    ]);
  });
});

describe("months", () => {
  it("count back from this one over the turn of the year, empty ones too", () => {
    const months = monthsOf(
      [
        completed("1", "e1", new Date(2026, 0, 3)),
        completed("2", "e1", new Date(2025, 11, 30)),
        completed("3", "e1", new Date(2025, 11, 31)),
        completed("4", "e1", new Date(2024, 11, 31)),
      ],
      3,
      new Date(2026, 0, 31),
    );
    expect(months).toEqual([
      { key: "2025-11", count: 0 },
      { key: "2025-12", count: 2 },
      { key: "2026-01", count: 1 },
    ]);
  });
});
