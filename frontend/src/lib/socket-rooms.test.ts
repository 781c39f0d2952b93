import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { SocketError } from "./socket";
import { Rooms } from "./socket-rooms";

const EVENT = { kind: "event", eventId: "e1" } as const;
const request = vi.fn<(type: string, data: object) => Promise<unknown>>();
const joins = () => request.mock.calls.filter(([type]) => type === "join_event_room").length;

beforeEach(() => {
  vi.useFakeTimers();
  request.mockReset().mockResolvedValue({ roomId: "r1", activeUsers: [] });
});
afterEach(() => {
  vi.useRealTimers();
});

it("enters again when the server did not answer, or could not let one in just then", async () => {
  const heard = vi.fn<(state: object) => void>();
  request.mockRejectedValueOnce(new SocketError("timeout", "No answer."));
  request.mockRejectedValueOnce(new SocketError("rate_limited", "Slow down.", 4_000));
  request.mockRejectedValueOnce(new SocketError("internal", "It broke."));
  new Rooms(request, () => 1).join(EVENT, heard, true);
  await vi.advanceTimersByTimeAsync(500);
  expect(joins()).toBe(2);
  await vi.advanceTimersByTimeAsync(3_999);
  expect(joins()).toBe(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(joins()).toBe(3);
  expect(heard).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(heard).toHaveBeenCalledWith(expect.objectContaining({ entered: true }));
});

it("does not enter again what was left", async () => {
  request.mockRejectedValueOnce(new SocketError("unavailable", "Later.", 1_000));
  const leave = new Rooms(request, () => 1).join(EVENT, vi.fn(), true);
  await vi.advanceTimersByTimeAsync(0);
  leave();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(joins()).toBe(1);
});

it("has a room read again that a resuming connection was not let into just then", async () => {
  const rooms = new Rooms(request, () => 1);
  const heard = vi.fn<(state: object) => void>();
  rooms.join(EVENT, heard, true);
  await vi.advanceTimersByTimeAsync(0);
  for (const refused of [false, true]) {
    heard.mockClear();
    expect(rooms.resume()).toEqual(["r1"]);
    rooms.enterAll();
    if (refused) rooms.notResumed("r1");
    rooms.notResumed("another");
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ unheard: refused }));
  }
});

it("has it read also where that connection was lost before the room was entered", async () => {
  const rooms = new Rooms(request, () => 1);
  const heard = vi.fn<(state: object) => void>();
  rooms.join(EVENT, heard, true);
  await vi.advanceTimersByTimeAsync(0);
  rooms.resume();
  rooms.notResumed("r1");
  heard.mockClear();
  expect(rooms.resume()).toEqual([]);
  rooms.enterAll();
  await vi.advanceTimersByTimeAsync(0);
  expect(heard).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ unheard: true }));
});
