// @vitest-environment node
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LEAST_BYTES } from "./congestion-window";
import { Person, VIDEO } from "./simulated-person";
import {
  connectedLanes,
  lanePair,
  says,
  sha256,
  type SimulatedLane,
  type SimulatedLanes,
} from "./simulation";

let anna: Person, ben: Person, toBen: SimulatedLanes, toAnna: SimulatedLanes;

vi.setConfig({ testTimeout: 60_000 });
beforeEach(() => {
  vi.spyOn(console, "warn").mockReturnValue();
  [anna, ben] = [new Person(), new Person()];
  [toBen, toAnna] = connectedLanes();
});
afterEach(() => vi.restoreAllMocks());

function connect(): void {
  anna.handover.connect(toBen);
  ben.handover.connect(toAnna);
}

/** What Ben's page would say of what arrived is left to the test. */
function acknowledgesNothing(): void {
  toAnna.control.tamper = (message) => (says(message, '"acknowledge"') ? undefined : message);
}

function acknowledges(lane: number, bytes: number): void {
  toAnna.control.tamper = (message) => message;
  toAnna.control.send(JSON.stringify({ type: "acknowledge", lane, bytes }));
  acknowledgesNothing();
}

const bytesOver = ({ sent }: SimulatedLane) =>
  sent.reduce((sum, frame) => sum + (frame instanceof ArrayBuffer ? frame.byteLength : 0), 0);

async function windowIsFull(lane: SimulatedLane): Promise<void> {
  await vi.waitFor(() => expect(bytesOver(lane)).toBe(LEAST_BYTES));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(bytesOver(lane)).toBe(LEAST_BYTES);
}

/** A video under way of which nothing is acknowledged; answers the further lane, which is 7. */
async function sendsOverTwoLanes(): Promise<SimulatedLane> {
  acknowledgesNothing();
  connect();
  const [further, bens] = lanePair();
  toBen.onLane?.(further, 7);
  toAnna.onLane?.(bens, 7);
  anna.sends();
  await ben.accepts();
  return further;
}

it("lets each lane have its window under way, and no more until that has arrived", async () => {
  const further = await sendsOverTwoLanes();
  await windowIsFull(toBen.data);
  await windowIsFull(further);
  acknowledges(7, LEAST_BYTES);
  await vi.waitFor(() => expect(bytesOver(further)).toBeGreaterThanOrEqual(2 * LEAST_BYTES));
  expect(bytesOver(toBen.data)).toBe(LEAST_BYTES);
});

it("goes on over the other lanes when one is lost whose window is full", async () => {
  const further = await sendsOverTwoLanes();
  await windowIsFull(further);
  toAnna.control.tamper = (message) => message;
  further.close();
  acknowledges(0, LEAST_BYTES);
  toAnna.control.tamper = (message) => message;
  expect(await sha256(await ben.receives())).toBe(await sha256(VIDEO));
});

it("does without where the receiver is of an earlier version", async () => {
  toAnna.control.tamper = (message) => {
    if (says(message, '"acknowledge"')) return undefined;
    return typeof message === "string" ? message.replace(',"acknowledges":true', "") : message;
  };
  connect();
  anna.sends();
  await ben.accepts();
  expect(await sha256(await ben.receives())).toBe(await sha256(VIDEO));
});

it.each([
  ["more than was sent", 10 * LEAST_BYTES],
  ["less than before", LEAST_BYTES / 2 - 1],
  ["a negative number", -1],
])("ends the link with a partner who acknowledges %s", async (_, bytes) => {
  acknowledgesNothing();
  connect();
  anna.sends();
  await ben.accepts();
  await windowIsFull(toBen.data);
  acknowledges(0, LEAST_BYTES / 2);
  acknowledges(0, bytes);
  await anna.finds("violation");
});

it("does not mind what arrived over a lane that it does not know any more", async () => {
  connect();
  anna.sends();
  await ben.accepts();
  toAnna.control.send(JSON.stringify({ type: "acknowledge", lane: 9, bytes: 1_000_000 }));
  expect(await sha256(await ben.receives())).toBe(await sha256(VIDEO));
});
