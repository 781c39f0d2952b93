/** The one HTTP client: typed by the OpenAPI document, renews the session once on a 401, throws `Problem`. */
import createClient from "openapi-fetch";
import { tellRefusal } from "../refusals";
import { Problem } from "./problem";
import type { paths } from "./schema";

/** Ballroom Wi-Fi drops packets silently; past this a person should be told rather than kept waiting. */
const TIMEOUT_MS = 20_000;

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
  renewal ??= send(
    new Request(new URL("/api/auth/refresh", window.location.origin), { method: "POST" }),
  )
    .then((response) => {
      if (response.status >= 500 || response.status === 429)
        throw Problem.from(response.status, undefined);
      return response.ok;
    })
    .finally(() => {
      renewal = undefined;
    });
  return renewal;
}

async function fetchRenewing(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await send(request);
  const signingIn = new URL(request.url).pathname.startsWith("/api/auth/");
  if (response.status !== 401 || signingIn) return response;
  return (await renewSession()) ? send(again) : response;
}

async function send(request: Request): Promise<Response> {
  const timeout = new AbortController();
  const timer = setTimeout(() => {
    timeout.abort();
  }, TIMEOUT_MS);
  request.signal.addEventListener("abort", () => {
    timeout.abort();
  });
  try {
    return await fetch(request, { signal: timeout.signal });
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw Problem.offline();
  } finally {
    clearTimeout(timer);
  }
}
