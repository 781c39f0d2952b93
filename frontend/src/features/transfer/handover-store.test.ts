import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Signalling } from "../../lib/signalling";
import type { Sink } from "../../lib/transfer/sink";
import { HandoverStore } from "./handover-store";

const openSink = vi.hoisted(() => vi.fn<() => Promise<Partial<Sink>>>());
vi.mock("../../lib/keeping/stored-records", () => ({
  sweepHandovers: () => Promise.resolve(),
  storedRecords: () => ({
    all: () =>
      Promise.resolve([
        {
          transfer: "t1",
          direction: "received",
          described: { name: "heat-3.mp4", size: 9, mime: "video/mp4", lastModified: 0 },
        },
      ]),
    put: () => Promise.resolve(),
    remove: () => Promise.resolve(),
  }),
}));
vi.mock("../../lib/keeping/keeping-place", async (original) => ({
  ...(await original<object>()),
  openSink,
}));
vi.mock("../../lib/keeping/worker-hasher", () => ({
  createWorkerHasher: () => ({ digest: vi.fn(), close: vi.fn() }),
}));

const nobody: Signalling = {
  send: () => Promise.resolve({ delivered: 0 }),
  subscribe: () => vi.fn(),
  onConnectivity: () => vi.fn(),
};

/** One name, one holder, as between the tabs of a browser. */
class Locks {
  holder: Promise<void> | undefined;

  readonly request = (
    _name: string,
    _options: object,
    hold: (lock: object | null) => Promise<void>,
  ): Promise<void> => {
    this.holder ??= hold({}).finally(() => (this.holder = undefined));
    return this.holder;
  };
}

let locks: Locks;

beforeEach(() => {
  locks = new Locks();
  Object.defineProperty(navigator, "locks", { value: locks, configurable: true });
});
afterEach(() => Reflect.deleteProperty(navigator, "locks"));

it("closed while it looks for what was left, it leaves its turn and lets go of all it opened", async () => {
  const sink = { held: new Map<number, string>(), close: vi.fn(() => Promise.resolve()) };
  let opened: () => void = vi.fn();
  openSink.mockReturnValue(new Promise((resolve) => (opened = () => resolve(sink))));
  const store = new HandoverStore({ matchId: "m", me: "ben", partner: "anna", signalling: nobody });
  await vi.waitFor(() => expect(openSink).toHaveBeenCalled());
  store.close();
  opened();
  await vi.waitFor(() => expect(locks.holder).toBeUndefined());
  expect(sink.close).toHaveBeenCalled();
});
