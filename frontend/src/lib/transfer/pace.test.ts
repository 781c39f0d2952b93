import { expect, it } from "vitest";
import { PaceMeter } from "./pace";

it("says nothing before it knows", () => {
  const meter = new PaceMeter(1000);
  expect(meter.measure(0, 0)).toBeUndefined();
  expect(meter.measure(100, 200)).toBeUndefined();
  expect(meter.measure(0, 1000)).toBeUndefined();
});

it("takes the speed of the last seconds, not of the whole", () => {
  const meter = new PaceMeter(10_000);
  for (let second = 0; second <= 10; second++) meter.measure(second * 100, second * 1000);
  for (let second = 11; second <= 15; second++) {
    meter.measure(1000 + (second - 10) * 500, second * 1000);
  }
  expect(meter.measure(4000, 16_000)).toEqual({ bytesPerSecond: 500, secondsLeft: 12 });
});

it("does not take a pause for slowness", () => {
  const meter = new PaceMeter(10_000);
  meter.measure(0, 0);
  meter.restart();
  meter.measure(500, 60_000);
  expect(meter.measure(1500, 61_000)).toEqual({ bytesPerSecond: 1000, secondsLeft: 8.5 });
});
