import { beforeEach, describe, expect, it, vi } from "vitest";
import { api, renewSession, unwrap } from "./client";
import { Problem } from "./problem";

const answer = (status: number, body?: unknown) =>
  new Response(body === undefined ? null : JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json" },
  });
const refused = () => answer(401, { code: "unauthenticated", title: "Sign in" });

/** Plays the server: each path answers from its own list, the last answer for ever. */
function serve(routes: Record<string, (() => Response)[]>) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (request: Request) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    const answers = routes[pathname] ?? [];
    const next = answers.length > 1 ? answers.shift() : answers[0];
    return next ? Promise.resolve(next()) : Promise.reject(new TypeError("unreachable"));
  });
  return asked;
}

const readMe = () => unwrap(api.GET("/api/users/me"));

/** An answer that never comes, until one gives up. */
const silence = (signal: AbortSignal) =>
  new Promise<Response>((_, reject) => {
    signal.addEventListener("abort", () => reject(new DOMException("gave up", "AbortError")));
  });

/** Says so much, then what `next` does. */
const begun = (next: (body: ReadableStreamDefaultController) => void) => {
  const start = (body: ReadableStreamDefaultController) => {
    body.enqueue(new TextEncoder().encode('{"id":'));
    next(body);
  };
  return new Response(new ReadableStream({ start }), {
    headers: { "content-type": "application/json" },
  });
};

beforeEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the client", () => {
  it("renews the session once on a 401 and then asks again", async () => {
    const asked = serve({
      "/api/users/me": [refused, () => answer(200, { id: "ann" })],
      "/api/auth/refresh": [() => answer(200, {})],
    });
    await expect(readMe()).resolves.toEqual({ id: "ann" });
    expect(asked).toEqual(["/api/users/me", "/api/auth/refresh", "/api/users/me"]);
  });

  it("trades the refresh token once for requests that fail together", async () => {
    const asked = serve({
      "/api/users/me": [refused, refused, () => answer(200, { id: "ann" })],
      "/api/auth/refresh": [() => answer(200, {})],
    });
    await Promise.all([readMe(), readMe()]);
    expect(asked.filter((path) => path === "/api/auth/refresh")).toHaveLength(1);
  });

  it("gives up after one renewal", async () => {
    const asked = serve({
      "/api/users/me": [refused],
      "/api/auth/refresh": [() => answer(200, {})],
    });
    await expect(readMe()).rejects.toMatchObject({ status: 401, code: "unauthenticated" });
    expect(asked).toHaveLength(3);
  });

  it("takes nobody for signed out who only has to wait before renewing", async () => {
    serve({
      "/api/users/me": [refused],
      "/api/auth/refresh": [() => answer(429, { code: "rate_limited" })],
    });
    await expect(readMe()).rejects.toMatchObject({ status: 429 });
  });

  it("does not renew because a password was wrong", async () => {
    const asked = serve({ "/api/auth/login": [() => answer(401, { code: "bad_credentials" })] });
    const login = unwrap(api.POST("/api/auth/login", { body: { email: "a@b.c", password: "x" } }));
    await expect(login).rejects.toMatchObject({ code: "bad_credentials" });
    expect(asked).toEqual(["/api/auth/login"]);
  });

  it("sends the body again with the request it repeats", async () => {
    const bodies: unknown[] = [];
    vi.stubGlobal("fetch", async (request: Request) => {
      if (request.url.endsWith("/api/auth/refresh")) return answer(200, {});
      bodies.push(await request.json());
      return bodies.length === 1 ? refused() : answer(200, {});
    });
    await unwrap(api.PATCH("/api/users/me", { body: { bio: "hi" } }));
    expect(bodies).toEqual([{ bio: "hi" }, { bio: "hi" }]);
  });

  it("asks for the session again while the server still answers a token whose answer was lost", async () => {
    vi.useFakeTimers();
    const asked: number[] = [];
    const began = Date.now();
    vi.stubGlobal("fetch", (_: Request, { signal }: { signal: AbortSignal }) => {
      asked.push(Date.now() - began);
      return asked.length < 3 ? silence(signal) : Promise.resolve(answer(200, {}));
    });
    const renewed = renewSession();
    await vi.advanceTimersByTimeAsync(15_000);
    await expect(renewed).resolves.toBe(true);
    expect(asked).toEqual([0, 5_000, 10_000]);
  });

  it("signs out only whom the server sends away", async () => {
    const renewing = (status: number, code: string) => {
      serve({ "/api/auth/refresh": [() => answer(status, { code, title: "No" })] });
      return renewSession();
    };
    await expect(renewing(401, "unauthenticated")).resolves.toBe(false);
    await expect(renewing(403, "suspended")).resolves.toBe(false);
    await expect(renewing(429, "rate_limited")).rejects.toMatchObject({ code: "rate_limited" });
    await expect(renewing(503, "unavailable")).rejects.toMatchObject({ code: "unavailable" });
  });

  it("says offline when an answer breaks off", async () => {
    serve({ "/api/users/me": [() => begun((body) => body.error(new TypeError("reset")))] });
    await expect(readMe()).rejects.toMatchObject({ status: 0, code: "offline" });
  });

  it("says offline when an answer stalls", async () => {
    vi.useFakeTimers();
    vi.stubGlobal("fetch", (_: Request, { signal }: { signal: AbortSignal }) =>
      Promise.resolve(
        begun((body) => signal.addEventListener("abort", () => body.error(signal.reason))),
      ),
    );
    const read = expect(readMe()).rejects.toMatchObject({ status: 0, code: "offline" });
    await vi.advanceTimersByTimeAsync(20_000);
    await read;
  });

  it("hands on an answer that has no body", async () => {
    serve({ "/api/auth/logout": [() => answer(204)] });
    await expect(unwrap(api.POST("/api/auth/logout"))).resolves.toBeUndefined();
  });

  it("says offline when nothing was reached", async () => {
    serve({});
    await expect(readMe()).rejects.toMatchObject({ status: 0, code: "offline" });
  });
});

describe("Problem", () => {
  it("keeps the first message of each field", () => {
    const problem = Problem.from(422, {
      code: "invalid",
      title: "Invalid",
      detail: "Some fields are not right.",
      errors: [
        { field: "username", message: "too short" },
        { field: "username", message: "bad letter" },
      ],
    });
    expect(problem).toMatchObject({
      code: "invalid",
      message: "Some fields are not right.",
      fields: { username: "too short" },
    });
  });

  it("makes a sentence of a proxy's error page", () => {
    expect(Problem.from(502, "<html>")).toMatchObject({ status: 502, code: "unavailable" });
  });
});
