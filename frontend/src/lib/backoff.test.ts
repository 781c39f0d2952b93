import { describe, expect, it } from "vitest";
import { backoffDelay } from "./backoff";

describe("coming back after a lost connection", () => {
  it("spreads clients over the whole interval", () => {
    const moments = [0, 0.25, 0.5, 1].map((random) => backoffDelay(0, () => random));
    expect(moments).toEqual([0, 125, 250, 500]);
    const drawn = Array.from({ length: 200 }, () => backoffDelay(3));
    expect(new Set(drawn).size).toBeGreaterThan(100);
    expect(drawn.every((delay) => delay >= 0 && delay <= 4_000)).toBe(true);
  });

  it("waits twice as long each time, and half a minute at most", () => {
    const longest = [0, 1, 2, 5, 6, 50].map((attempt) => backoffDelay(attempt, () => 1));
    expect(longest).toEqual([500, 1_000, 2_000, 16_000, 30_000, 30_000]);
  });
});
