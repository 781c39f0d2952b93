import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { KeepingWatch } from "./keeping-watch";

const place = vi.hoisted(() => ({ room: 5 }));
vi.mock("../../lib/keeping/keeping-place", () => ({
  keepingPlace: () => Promise.resolve({ where: "disk", room: place.room }),
}));

const measured = vi.fn();
const settled = () => vi.advanceTimersByTimeAsync(0);
let watch: KeepingWatch;

beforeEach(() => {
  vi.useFakeTimers();
  measured.mockClear();
  place.room = 5;
  watch = new KeepingWatch(measured);
});
afterEach(() => vi.useRealTimers());

it("notices room that was made while a video waits for an answer", async () => {
  watch.watch(1);
  await settled();
  expect(measured).toHaveBeenLastCalledWith({ where: "disk", room: 5 });
  place.room = 50;
  await vi.advanceTimersByTimeAsync(2500);
  expect(measured).toHaveBeenLastCalledWith({ where: "disk", room: 50 });
});

it("measures at once what another one leaves, and nothing when nobody asks", async () => {
  watch.watch(2);
  await settled();
  place.room = 1;
  watch.watch(1);
  await settled();
  expect(measured).toHaveBeenLastCalledWith({ where: "disk", room: 1 });
  watch.watch(0);
  measured.mockClear();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(measured).not.toHaveBeenCalled();
});
