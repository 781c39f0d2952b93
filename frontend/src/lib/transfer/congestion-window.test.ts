import { expect, it } from "vitest";
import { CongestionWindow, LEAST_BYTES } from "./congestion-window";

interface Path {
  /** Bytes a millisecond. */
  rate: number;
  /** There and back, while nothing stands in a queue, in milliseconds. */
  roundTrip: number;
}

/** A sender who always has more, and a path with a queue before its narrowest place. */
class Course {
  readonly window = new CongestionWindow();
  path: Path;
  #now = 0;
  #sent = 0;
  #arrived = 0;
  #queueEnds = 0;
  #longestQueue = 0;
  readonly #acknowledgements: { at: number; total: number }[] = [];

  constructor(path: Path) {
    this.path = path;
  }

  get underWay(): number {
    return this.#sent - this.#arrived;
  }

  /** Nothing gets through for so many milliseconds, as while SCTP sends lost packets again. */
  stalls(milliseconds: number): void {
    this.#queueEnds = Math.max(this.#queueEnds, this.#now) + milliseconds;
  }

  /** Answers at what rate bytes arrived, and how many stood in the queue at most. */
  runs(milliseconds: number, sends = () => !this.window.isFull): { rate: number; queue: number } {
    const until = this.#now + milliseconds;
    const before = this.#arrived;
    this.#longestQueue = 0;
    for (;;) {
      while (sends()) this.#send();
      const next = this.#acknowledgements[0];
      if (!next || next.at > until) break;
      this.#acknowledgements.shift();
      this.#now = next.at;
      this.#arrived = next.total;
      expect(this.window.acknowledge(next.total, next.at)).toBe(true);
    }
    this.#now = until;
    return { rate: (this.#arrived - before) / milliseconds, queue: this.#longestQueue };
  }

  #send(): void {
    const { rate, roundTrip } = this.path;
    const bytes = Math.max(Math.floor(this.window.bytes / 16), LEAST_BYTES / 4);
    this.#sent += bytes;
    this.window.sent(bytes, this.#now);
    this.#queueEnds = Math.max(this.#queueEnds, this.#now) + bytes / rate;
    this.#longestQueue = Math.max(this.#longestQueue, (this.#queueEnds - this.#now) * rate);
    this.#acknowledgements.push({ at: this.#queueEnds + roundTrip, total: this.#sent });
  }
}

it.each([
  ["a long path", { rate: 6000, roundTrip: 100 }],
  ["a path around the world", { rate: 3000, roundTrip: 300 }],
  ["loopback on a busy machine, all of whose delay is processing", { rate: 25_000, roundTrip: 15 }],
])("finds what is under way on %s when it is full", (_, path) => {
  const course = new Course(path);
  course.runs(15_000);
  expect(course.runs(5000).rate).toBeGreaterThan(0.95 * path.rate);
  expect(course.window.bytes).toBeGreaterThan(path.rate * path.roundTrip);
  expect(course.window.bytes).toBeLessThan(path.rate * (path.roundTrip + 50));
});

it("keeps a queue short from the first byte on, where SCTP would fill it until it overflows", () => {
  const course = new Course({ rate: 6000, roundTrip: 100 });
  // What the path takes in twice the time that is the target.
  expect(course.runs(20_000).queue).toBeLessThan(6000 * 50);
});

it("follows a path that gets narrower, and one that gets wider again", () => {
  const course = new Course({ rate: 8000, roundTrip: 80 });
  course.runs(10_000);
  course.path = { rate: 2000, roundTrip: 80 };
  course.runs(3000);
  expect(course.runs(5000).rate).toBeGreaterThan(0.85 * 2000);
  expect(course.window.bytes).toBeLessThan(2000 * (80 + 50));
  course.path = { rate: 8000, roundTrip: 80 };
  course.runs(10_000);
  expect(course.runs(5000).rate).toBeGreaterThan(0.95 * 8000);
});

it("takes a longer path for what it is, and not for a queue, after a while", () => {
  const course = new Course({ rate: 5000, roundTrip: 40 });
  course.runs(10_000);
  course.path = { rate: 5000, roundTrip: 120 };
  course.runs(70_000);
  expect(course.window.roundTrip).toBeGreaterThanOrEqual(120);
  course.runs(10_000);
  expect(course.runs(5000).rate).toBeGreaterThan(0.95 * 5000);
});

it("shrinks when losses hold everything up, and to no less than it began with", () => {
  const course = new Course({ rate: 6000, roundTrip: 100 });
  course.runs(10_000);
  const before = course.window.bytes;
  course.stalls(400);
  course.runs(600);
  expect(course.window.bytes).toBeLessThan(0.9 * before);
  course.path = { rate: 400, roundTrip: 100 };
  // Not so long that the path's own time is taken to be what it is with a queue.
  course.runs(20_000);
  expect(course.window.bytes).toBe(LEAST_BYTES);
});

it("shrinks further where that much would stand in the queue for a second, and comes back", () => {
  const course = new Course({ rate: 100, roundTrip: 100 });
  course.runs(10_000);
  expect(course.runs(5000).queue).toBeLessThan(100 * 600);
  expect(course.runs(5000).rate).toBeGreaterThan(0.95 * 100);
  course.path = { rate: 6000, roundTrip: 100 };
  course.runs(15_000);
  expect(course.runs(5000).rate).toBeGreaterThan(0.95 * 6000);
});

it("does not grow while something else limits", () => {
  const course = new Course({ rate: 6000, roundTrip: 100 });
  course.runs(10_000, () => course.underWay < LEAST_BYTES / 4);
  expect(course.window.bytes).toBe(LEAST_BYTES);
});

it("refuses acknowledgements of more than was sent, and of less than before", () => {
  const window = new CongestionWindow();
  window.sent(1000, 0);
  expect(window.acknowledge(1001, 10)).toBe(false);
  expect(window.acknowledge(600, 20)).toBe(true);
  expect(window.acknowledge(599, 30)).toBe(false);
  expect(window.acknowledge(1000, 40)).toBe(true);
  expect(window.roundTrip).toBe(40);
});
