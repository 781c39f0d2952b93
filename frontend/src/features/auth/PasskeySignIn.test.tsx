import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type * as passkeys from "../../lib/passkeys";
import { showPasskey } from "../../lib/passkeys";
import { AuthProvider } from "./AuthContext";
import { PasskeySignIn } from "./PasskeySignIn";

vi.mock("../../lib/passkeys", async (original) => ({
  ...(await original<typeof passkeys>()),
  passkeysWorkHere: () => true,
  passkeysAreOffered: () => Promise.resolve(true),
  showPasskey: vi.fn(),
  stopAsking: vi.fn(),
}));

const show = vi.mocked(showPasskey);
const waiting = () => new Promise<Record<string, unknown>>(() => undefined);
const json = (status: number, body: object) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  show.mockReset();
  vi.stubGlobal("fetch", ({ url }: Request) => {
    const { pathname } = new URL(url);
    if (pathname.endsWith("/options")) {
      return Promise.resolve(json(200, { ceremonyId: "c1", options: {} }));
    }
    if (pathname === "/api/auth/passkey") {
      return Promise.resolve(json(401, { code: "bad_passkey", title: "Unknown" }));
    }
    return Promise.resolve(json(401, { code: "unauthenticated", title: "Sign in" }));
  });
});
afterEach(() => {
  vi.useRealTimers();
});

function open() {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <AuthProvider>
        <PasskeySignIn />
      </AuthProvider>
    </QueryClientProvider>,
  );
}

describe("a passkey chosen where the address is typed", () => {
  it("is told why it was refused, and may be chosen again", async () => {
    show.mockResolvedValueOnce({ id: "old" }).mockImplementation(waiting);
    open();
    await vi.advanceTimersByTimeAsync(100);
    expect(screen.getByRole("alert")).toHaveTextContent("This passkey is not known here any more.");
    expect(show).toHaveBeenCalledTimes(2);
  });

  it("is offered anew before the server has forgotten the offer", async () => {
    show.mockImplementation(waiting);
    open();
    await vi.advanceTimersByTimeAsync(100);
    expect(show).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(4 * 60_000);
    expect(show).toHaveBeenCalledTimes(2);
  });
});
