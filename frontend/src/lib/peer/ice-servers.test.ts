import { afterEach, beforeEach, expect, it, vi } from "vitest";

/** What the server answers: relays whose credentials are told apart by their number. */
let asked: number;
let reachable: boolean;

beforeEach(() => {
  vi.useFakeTimers();
  vi.resetModules();
  asked = 0;
  reachable = true;
  vi.stubGlobal("fetch", () => {
    if (!reachable) return Promise.reject(new TypeError("no network"));
    const relay = { urls: ["turn:relay.example"], username: `${++asked}`, credential: "c" };
    return Promise.resolve(Response.json({ iceServers: [relay], ttlSeconds: 3600 }));
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A page of its own, which knows nothing yet. */
const loaded = async () => (await import("./ice-servers")).iceServers;

it("keeps credentials for as long as they live, and no longer", async () => {
  const iceServers = await loaded();
  expect((await iceServers())[0]?.username).toBe("1");
  vi.advanceTimersByTime(30 * 60_000);
  expect((await iceServers())[0]?.username).toBe("1");
  vi.advanceTimersByTime(30 * 60_000);
  expect((await iceServers())[0]?.username).toBe("2");
});

it("asks for new ones before that when the relay refuses them", async () => {
  const iceServers = await loaded();
  await iceServers();
  expect((await iceServers({ fresh: true }))[0]?.username).toBe("2");
  expect((await iceServers())[0]?.username).toBe("2");
});

it("goes on with what it knows while the server cannot be reached", async () => {
  vi.spyOn(console, "warn").mockReturnValue();
  const iceServers = await loaded();
  reachable = false;
  expect(await iceServers()).toEqual([]);
  reachable = true;
  await iceServers();
  reachable = false;
  expect((await iceServers({ fresh: true }))[0]?.username).toBe("1");
});
