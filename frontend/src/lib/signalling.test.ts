import { expect, it, vi } from "vitest";
import { createSignalling, type Signal } from "./signalling";
import { type Socket, SocketError } from "./socket";

const OFFER: Signal = { type: "offer", offer: { type: "offer", sdp: "v=0\r\n" } };

function sent(code: string) {
  const refusal = new SocketError(code, "no");
  const socket = { request: vi.fn(() => Promise.reject(refusal)) } as unknown as Socket;
  return createSignalling(socket, "m1").send(OFFER);
}

it("tells a match that takes no signals any more, and a server that is asked too much", async () => {
  await expect(sent("not_found")).rejects.toMatchObject({ why: "match-closed" });
  await expect(sent("rate_limited")).rejects.toMatchObject({ why: "too-busy" });
  await expect(sent("unavailable")).rejects.toMatchObject({ why: "too-busy" });
});

it("leaves a server that was not reached what it is", async () => {
  await expect(sent("offline")).rejects.toBeInstanceOf(SocketError);
  await expect(sent("timeout")).rejects.toBeInstanceOf(SocketError);
});
