import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { User } from "../../lib/api/types";
import { AuthProvider, useAuth } from "./AuthContext";
import { keepMe, keptMe } from "./kept-me";

const ann = {
  id: "ann",
  username: "ann",
  email: "ann@example.com",
  emailVerified: true,
  roles: [],
  socialLinks: [],
  ratings: { count: 0, average: null },
} as unknown as User;

let answer: () => Response | undefined;

function State() {
  const { state } = useAuth();
  return <p>{state.status}</p>;
}

function open() {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <AuthProvider>
        <State />
      </AuthProvider>
    </QueryClientProvider>,
  );
}

const json = (status: number, body: object) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
const unreachable = () => undefined;
const refused = () => json(401, { code: "unauthenticated", title: "Sign in" });

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  localStorage.clear();
  vi.stubGlobal("fetch", () => {
    const given = answer();
    return given ? Promise.resolve(given) : Promise.reject(new TypeError("unreachable"));
  });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("who is signed in", () => {
  it("is asked again by itself while the server is not reached", async () => {
    answer = unreachable;
    open();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(screen.getByText("unreachable")).toBeInTheDocument();

    answer = () => json(200, ann);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(screen.getByText("signed-in")).toBeInTheDocument();
    expect(keptMe()).toEqual(ann);
  });

  it("is known without a connection where they were signed in before", async () => {
    keepMe(ann);
    answer = unreachable;
    open();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(screen.getByText("signed-in")).toBeInTheDocument();
  });

  it("is nobody any more once the server says so, and nothing of them stays", async () => {
    keepMe(ann);
    answer = refused;
    open();
    await vi.advanceTimersByTimeAsync(100);
    expect(screen.getByText("signed-out")).toBeInTheDocument();
    expect(localStorage).toHaveLength(0);
  });

  it("is not taken from what another version of the app kept", () => {
    localStorage.setItem("spotlight.me", JSON.stringify({ id: "ann" }));
    expect(keptMe()).toBeUndefined();
  });
});
