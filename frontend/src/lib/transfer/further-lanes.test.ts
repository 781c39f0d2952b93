// @vitest-environment node
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { BLOCK_BYTES } from "./blocks";
import { HEADER_BYTES } from "./frames";
import { connectPeople, Person } from "./simulated-person";
import { lanePair, sha256, type SimulatedLane, type SimulatedLanes, someBytes } from "./simulation";

let lastLane = 0;
let anna: Person, ben: Person, toBen: SimulatedLanes, toAnna: SimulatedLanes;

vi.setConfig({ testTimeout: 60_000 });
beforeEach(() => {
  vi.spyOn(console, "warn").mockReturnValue();
  [anna, ben] = [new Person(), new Person()];
  [toBen, toAnna] = connectPeople(anna, ben);
});
afterEach(() => vi.restoreAllMocks());

/** One more lane between the two, as the connection below would bring it. */
function joins(): SimulatedLane {
  const [a, b] = lanePair();
  const id = ++lastLane;
  toAnna.onLane?.(b, id);
  toBen.onLane?.(a, id);
  return a;
}

const payload = (frame: unknown) => (frame as ArrayBuffer).byteLength - HEADER_BYTES;
const bytesOver = (...lanes: SimulatedLane[]) =>
  lanes.flatMap(({ sent }) => sent).reduce((sum, frame) => sum + payload(frame), 0);

/** A network that takes 2.5 MB/s, so that there is something to do in the middle. */
function slow(lane: SimulatedLane): void {
  lane.room = () => new Promise((resolve) => setTimeout(resolve, 12));
}

it.each([
  ["a large file on a slow network", 7, true, true],
  ["a large file on a fast one", 7, false, false],
  ["a small file on a slow one", 2, true, false],
])("asks for further lanes for %s", async (_, blocks, isSlow, asks) => {
  toBen.widen = vi.fn();
  if (isSlow) slow(toBen.data);
  anna.sends(someBytes(blocks * BLOCK_BYTES));
  await ben.accepts();
  await ben.receives();
  if (asks) expect(toBen.widen).toHaveBeenCalled();
  else expect(toBen.widen).not.toHaveBeenCalled();
});

it("sends over lanes that join while it runs, each block once", async () => {
  const bytes = someBytes(12 * BLOCK_BYTES);
  let joined: SimulatedLane[] = [];
  toBen.widen = () => (joined = [joins(), joins()]);
  slow(toBen.data);
  anna.sends(bytes);
  await ben.accepts();
  expect(await sha256(await ben.receives())).toBe(await sha256(bytes));
  for (const lane of joined) expect(bytesOver(lane)).toBeGreaterThan(BLOCK_BYTES);
  expect(bytesOver(toBen.data, ...joined)).toBe(bytes.byteLength);
});

it("goes on over those that are left when one is lost, with nothing that is held sent again", async () => {
  const bytes = someBytes(16 * BLOCK_BYTES);
  const lane = joins();
  let frames = 0;
  lane.tamper = (message) => {
    if (++frames === 150) lane.close();
    return message;
  };
  anna.sends(bytes);
  await ben.accepts();
  expect(await sha256(await ben.receives())).toBe(await sha256(bytes));
  await anna.reaches("done");
  expect(frames).toBeGreaterThanOrEqual(150);
  // What was under way on both lanes came again, and no more than that.
  expect(bytesOver(toBen.data, lane)).toBeLessThan(bytes.byteLength + 8 * BLOCK_BYTES);
});

it("ends with the connection, as do lanes that join too late", async () => {
  const early = joins();
  anna.sends();
  await ben.accepts();
  await ben.receives();
  toBen.data.close();
  await vi.waitFor(() => expect(early.isOpen).toBe(false));
  expect(joins().isOpen).toBe(false);
});
