// @vitest-environment node
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ByteLane } from "./byte-lane";
import { LEAST_BYTES } from "./congestion-window";
import { lanePair } from "./simulation";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

/** One that has carried some megabytes, each message of which was acknowledged after so long. */
function laneWithRoundTrip(milliseconds: number): ByteLane {
  const lane = new ByteLane(lanePair()[0], 0);
  lane.limit();
  const message = new Uint8Array(8 * LEAST_BYTES);
  for (let sent = message.length; sent < 100 * message.length; sent += message.length) {
    lane.send(message);
    vi.advanceTimersByTime(milliseconds);
    lane.acknowledge(sent);
  }
  return lane;
}

it("sends messages of a sixteenth of what may be under way", () => {
  const [near, far] = [laneWithRoundTrip(5), laneWithRoundTrip(300)];
  expect(far.fittingMessage).toBe(near.fittingMessage);
  expect(far.fittingMessage).toBeGreaterThan(32 * 1024);
});

it("sends larger ones over a path that is hardly one", () => {
  const quarter = laneWithRoundTrip(2).fittingMessage;
  expect(Math.floor(quarter / 4)).toBe(laneWithRoundTrip(5).fittingMessage);
});

it("begins with what any path takes", () => {
  const lane = new ByteLane(lanePair()[0], 0);
  lane.limit();
  expect(lane.fittingMessage).toBe(32 * 1024);
});
