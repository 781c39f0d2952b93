import { describe, expect, it } from "vitest";
import { calendarDay, dayKey, dayTitle, daysUntil } from "./time";

const now = new Date(2026, 10, 23, 0, 30);

describe("days", () => {
  it("of events are the same in every zone", () => {
    expect(dayKey(calendarDay("2026-12-01"))).toBe("2026-12-01");
  });

  it("are named from where the reader's midnight is", () => {
    expect(dayTitle(new Date(2026, 10, 23, 0, 5).toISOString(), now)).toBe("Today");
    expect(dayTitle(new Date(2026, 10, 22, 23, 55).toISOString(), now)).toBe("Yesterday");
  });

  it("are counted whole, however late it is", () => {
    expect(daysUntil("2026-11-24", new Date(2026, 10, 23, 23, 59))).toBe("tomorrow");
    expect(daysUntil("2026-11-28", now)).toBe("in 5 days");
  });
});
