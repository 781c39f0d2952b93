import { describe, expect, it } from "vitest";
import { matchIn, positionIn, stepAt } from "./steps";

describe("a position in a match’s history", () => {
  const positions = [40, 57, 90];

  it("shows the last event that had happened by then", () => {
    expect(stepAt(positions, 57)).toBe(1);
    expect(stepAt(positions, 89)).toBe(1);
    expect(stepAt(positions, 90)).toBe(2);
  });

  it("stays within the history", () => {
    expect(stepAt(positions, 1)).toBe(0);
    expect(stepAt(positions, 4_000)).toBe(2);
    expect(stepAt(positions, undefined)).toBe(2);
  });

  it("is nothing but digits", () => {
    expect(positionIn("57")).toBe(57);
    for (const text of [null, "", "-1", "5.7", "57x", "1e3", "9".repeat(20)]) {
      expect(positionIn(text)).toBeUndefined();
    }
  });
});

describe("what an auditor pastes", () => {
  const id = "019ac1b2-8f1d-7c52-9b0e-4a579c612d7a";

  it("may be an id or a link, with or without a position", () => {
    expect(matchIn(` ${id.toUpperCase()}\n`)).toEqual({ id, at: undefined });
    expect(matchIn(`https://spotlight.cam/matches/${id}`)).toEqual({ id, at: undefined });
    expect(matchIn(`http://localhost:8080/audit/matches/${id}?at=57`)).toEqual({ id, at: 57 });
  });

  it("may hold no id at all", () => {
    expect(matchIn("")).toBeUndefined();
    expect(matchIn("019ac1b2-8f1d")).toBeUndefined();
  });
});
