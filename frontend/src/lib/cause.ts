import * as v from "valibot";

const causeSchema = v.object({ code: v.string(), retryAfterMs: v.optional(v.number()) });

/** What the server said against it, over HTTP or the socket; nothing where it was neither of them. */
export function causeOf(error: unknown): { code?: string; retryAfterMs?: number } {
  const parsed = v.safeParse(causeSchema, error);
  return parsed.success ? parsed.output : {};
}
