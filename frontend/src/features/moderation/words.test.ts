import { describe, expect, it } from "vitest";
import type { ModerationAct } from "../../lib/api/types";
import { isSuspended } from "./words";

function act(kind: ModerationAct["kind"], until: string | null = null): ModerationAct {
  return { position: 1, kind, until, words: null, by: "mod", at: "2026-11-26T10:00:00Z" };
}

describe("isSuspended", () => {
  const now = new Date("2026-11-26T12:00:00Z");

  it("asks the newest suspension, past warnings", () => {
    expect(isSuspended([act("warned"), act("suspended")], now)).toBe(true);
    expect(isSuspended([act("lifted"), act("suspended")], now)).toBe(false);
    expect(isSuspended([act("warned")], now)).toBe(false);
    expect(isSuspended([], now)).toBe(false);
  });

  it("ends at its time", () => {
    expect(isSuspended([act("suspended", "2026-11-26T12:00:01Z")], now)).toBe(true);
    expect(isSuspended([act("suspended", "2026-11-26T12:00:00Z")], now)).toBe(false);
  });
});
