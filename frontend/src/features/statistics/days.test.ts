import { expect, it } from "vitest";
import { lastDays } from "./days";

it("counts today in, by the days of UTC", () => {
  const late = new Date("2026-03-02T23:30:00Z");
  expect(lastDays(1, late)).toEqual({ from: "2026-03-02", to: "2026-03-02" });
  expect(lastDays(7, late)).toEqual({ from: "2026-02-24", to: "2026-03-02" });
  // 1:30 in Berlin is still the day before.
  expect(lastDays(1, new Date("2026-03-03T01:30:00+02:00")).to).toBe("2026-03-02");
});
