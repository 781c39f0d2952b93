import { renderHook } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import type { Room } from "../../lib/socket-rooms";
import { useReadMark } from "./use-read-mark";

const socket = vi.hoisted(() => ({ request: vi.fn() }));
vi.mock("../../lib/SocketContext", () => ({
  useSocket: () => socket,
  useSocketStatus: () => "open",
}));

beforeEach(() => {
  socket.request.mockReset().mockResolvedValue({});
});

const enter = (room: Room, position: number) =>
  renderHook(({ room, position }) => useReadMark(room, position, true), {
    initialProps: { room, position },
  });
const marked = (data: object) => ["mark_read", data];

it("marks no message by itself while many come, and what was seen last when the room is left", () => {
  const room = { kind: "event", eventId: "e1" } as const;
  const { rerender, unmount } = enter(room, 1);
  for (const position of [2, 3, 4]) rerender({ room, position });
  expect(socket.request.mock.calls).toEqual([marked({ eventId: "e1", position: 1 })]);
  unmount();
  expect(socket.request.mock.calls).toEqual([
    marked({ eventId: "e1", position: 1 }),
    marked({ eventId: "e1", position: 4 }),
  ]);
});

it("marks each room by itself, also one whose messages are older", () => {
  const { rerender } = enter({ kind: "event", eventId: "e1" }, 8);
  rerender({ room: { kind: "private", matchId: "m1" }, position: 3 });
  expect(socket.request.mock.calls).toEqual([
    marked({ eventId: "e1", position: 8 }),
    marked({ matchId: "m1", position: 3 }),
  ]);
});

it("says what waits to be said when the page is put away", () => {
  const room = { kind: "event", eventId: "e1" } as const;
  const { rerender } = enter(room, 1);
  rerender({ room, position: 2 });
  vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  document.dispatchEvent(new Event("visibilitychange"));
  expect(socket.request).toHaveBeenLastCalledWith("mark_read", { eventId: "e1", position: 2 });
});
