import { beforeEach, expect, it, vi } from "vitest";
import { ReadMarks } from "./read-marks";

const say = vi.fn<(position: number) => Promise<unknown>>();
let marks: ReadMarks;

beforeEach(() => {
  vi.useFakeTimers();
  say.mockReset().mockResolvedValue({});
  marks = new ReadMarks(say);
  return () => vi.useRealTimers();
});

const saidSoFar = () => say.mock.calls.map(([position]) => position);

it("says the first at once, and of those that follow the last, within a second and a half", () => {
  for (const position of [1, 2, 3, 4]) marks.reach(position);
  expect(saidSoFar()).toEqual([1]);
  vi.advanceTimersByTime(1_500);
  expect(saidSoFar()).toEqual([1, 4]);
  marks.reach(5);
  vi.advanceTimersByTime(1_499);
  expect(saidSoFar()).toEqual([1, 4]);
  vi.advanceTimersByTime(1);
  expect(saidSoFar()).toEqual([1, 4, 5]);
});

it("says the next at once again after a while in which nothing came", () => {
  marks.reach(1);
  vi.advanceTimersByTime(10_000);
  marks.reach(2);
  expect(saidSoFar()).toEqual([1, 2]);
});

it("says what waits when one leaves, and nothing after that", () => {
  marks.reach(1);
  marks.reach(2);
  marks.flush();
  vi.advanceTimersByTime(10_000);
  expect(saidSoFar()).toEqual([1, 2]);
});

it("says nothing twice, and nothing that lies further back", () => {
  marks.reach(5);
  marks.reach(5);
  marks.reach(3);
  vi.advanceTimersByTime(10_000);
  marks.flush();
  expect(saidSoFar()).toEqual([5]);
});

it("says again what could not be said", async () => {
  say.mockRejectedValueOnce(new Error("offline"));
  marks.reach(5);
  await vi.advanceTimersByTimeAsync(1_500);
  marks.reach(5);
  expect(saidSoFar()).toEqual([5, 5]);
});

it("says what was reached since, also where what was said before it is refused", async () => {
  say.mockRejectedValueOnce(new Error("too often"));
  marks.reach(1);
  marks.reach(5);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(saidSoFar()).toEqual([1, 5]);
});
