import { beforeEach, expect, it, vi } from "vitest";
import { Width } from "./width";

interface Widened {
  lanesForBytes: number;
  roundTrip: number | undefined;
}
const link = { ...one(), widen: vi.fn(), narrow: vi.fn() };
let width: Width, sent: number, now: number;

beforeEach(() => {
  Object.assign(link, one(), { widen: vi.fn(), narrow: vi.fn() });
  [width, sent, now] = [new Width(link), 0, 0];
});

function one(): Widened {
  return { lanesForBytes: 1, roundTrip: undefined };
}

function passes(seconds: number, bytesPerSecond: number): void {
  for (let step = 0; step < seconds * 20; step++) {
    now += 50;
    sent += bytesPerSecond / 20;
    width.judge(sent, now);
  }
}

it("leaves a fast path alone, however slowly it begins", () => {
  passes(0.4, 100_000);
  passes(20, 9_000_000);
  expect(link.widen).not.toHaveBeenCalled();
});

it("widens a slow path, though buffers take the first of it at once", () => {
  sent = 8_000_000;
  passes(2, 2_000_000);
  expect(link.widen).toHaveBeenCalled();
});

it("widens a path that becomes slow", () => {
  passes(10, 9_000_000);
  passes(3, 1_000_000);
  expect(link.widen).toHaveBeenCalled();
});

it("widens a long way at once, before anybody can tell how slow it is, and asks once", () => {
  link.roundTrip = 40;
  passes(0.3, 9_000_000);
  expect(link.widen).toHaveBeenCalledOnce();
  passes(20, 9_000_000);
  expect(link.widen).toHaveBeenCalledOnce();
});

it("leaves a short way alone", () => {
  link.roundTrip = 5;
  passes(0.5, 1_000_000);
  expect(link.widen).not.toHaveBeenCalled();
});

it.each([
  [2_700_000, false],
  [2_500_000, true],
])("compares with what one lane took until lanes asked for early came: %i", (rate, narrows) => {
  link.roundTrip = 40;
  passes(0.6, 2_000_000);
  link.lanesForBytes = 4;
  passes(6, rate);
  expect(link.narrow).toHaveBeenCalledTimes(narrows ? 1 : 0);
});

it("keeps further lanes where they bring more", () => {
  passes(3, 2_000_000);
  link.lanesForBytes = 4;
  passes(20, 3_500_000);
  expect(link.narrow).not.toHaveBeenCalled();
});

it("gives further lanes up where they bring nothing", () => {
  passes(3, 250_000);
  link.lanesForBytes = 4;
  passes(4, 260_000);
  expect(link.narrow).not.toHaveBeenCalled();
  passes(2, 260_000);
  expect(link.narrow).toHaveBeenCalledOnce();
});

it("remembers across a pause what one lane brought", () => {
  passes(3, 250_000);
  link.lanesForBytes = 4;
  passes(2, 260_000);
  width.restart();
  [sent, now] = [0, now + 60_000];
  passes(6, 260_000);
  expect(link.narrow).toHaveBeenCalledOnce();
});
