/** The one HTTP client: typed by the OpenAPI document, renews the session once on a 401, throws `Problem`. */
import createClient from "openapi-fetch";
import { tellRefusal } from "../refusals";
import { Problem } from "./problem";
import type { paths } from "./schema";

/** Ballroom Wi-Fi drops packets silently; past this a person should be told rather than kept waiting. */
const TIMEOUT_MS = 20_000;

/**
 * Together shorter than the 20 seconds for which the server still answers a token it has traded:
 * whose answer was lost has to ask again within them, or is signed out.
 */
const RENEWAL_TIMEOUT_MS = 5_000;
const RENEWAL_TRIES = 3;

export const api = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: "same-origin",
  // Looked up on each call, so that a test may replace it.
  fetch: (request) => fetchRenewing(request),
});

/** The body of an answer, or the `Problem` it carries, thrown. */
export async function unwrap<T>(
  answer: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await answer;
  if (!response.ok) {
    const problem = Problem.from(response.status, error);
    tellRefusal(problem.code);
    throw problem;
  }
  return data as T;
}

let renewal: Promise<boolean> | undefined;

/**
 * Trades the refresh cookie for a new session. Requests that fail together share one trade:
 * a refresh token is good for one use. Answers false when the person has to sign in again.
 */
export function renewSession(): Promise<boolean> {
  renewal ??= renew().finally(() => {
    renewal = undefined;
  });
  return renewal;
}

async function renew(): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    try {
      return await trade();
    } catch (error) {
      const lost = error instanceof Problem && (error.status === 0 || error.status >= 500);
      if (!lost || tries === RENEWAL_TRIES) throw error;
    }
  }
}

async function trade(): Promise<boolean> {
  const response = await send(
    new Request(new URL("/api/auth/refresh", window.location.origin), { method: "POST" }),
    RENEWAL_TIMEOUT_MS,
  );
  if (response.ok) return true;
  const body: unknown = await response.json().catch(() => undefined);
  const problem = Problem.from(response.status, body);
  if (problem.status === 401 || problem.code === "suspended") return false;
  throw problem;
}

async function fetchRenewing(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await send(request);
  const signingIn = new URL(request.url).pathname.startsWith("/api/auth/");
  if (response.status !== 401 || signingIn) return response;
  return (await renewSession()) ? send(again) : response;
}

async function send(request: Request, timeoutMs = TIMEOUT_MS): Promise<Response> {
  const timeout = new AbortController();
  const timer = setTimeout(() => {
    timeout.abort();
  }, timeoutMs);
  request.signal.addEventListener("abort", () => {
    timeout.abort();
  });
  try {
    return await whole(await fetch(request, { signal: timeout.signal }));
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw Problem.offline();
  } finally {
    clearTimeout(timer);
  }
}

/** The same answer, once its body is here: that may stall or break too. */
async function whole(response: Response): Promise<Response> {
  const body = await response.arrayBuffer();
  // Some statuses may have no body, not even an empty one.
  return new Response(body.byteLength > 0 ? body : null, response);
}
