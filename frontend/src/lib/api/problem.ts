/** What went wrong with a request, in a form a page can show: RFC 9457 problem details, or no connection at all. */
import * as v from "valibot";

const problemSchema = v.object({
  title: v.optional(v.string(), "Something went wrong"),
  detail: v.nullish(v.string()),
  code: v.optional(v.string(), "internal"),
  errors: v.nullish(v.array(v.object({ field: v.string(), message: v.string() }))),
});

export class Problem extends Error {
  override readonly name = "Problem";
  /** HTTP status, or 0 when the server was not reached. */
  readonly status: number;
  /** Stable, as listed in the OpenAPI document; `offline` when the server was not reached. */
  readonly code: string;
  /** What is wrong with each field, by its name in the request's body. */
  readonly fields: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, fields: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.fields = fields;
  }

  static offline(): Problem {
    return new Problem(0, "offline", "No connection. Check your Wi-Fi and try again.");
  }

  static from(status: number, body: unknown): Problem {
    const parsed = v.safeParse(problemSchema, body);
    if (!parsed.success) {
      // A proxy's HTML error page, or an empty body: the status is all there is to tell.
      return new Problem(status, status >= 500 ? "unavailable" : "internal", unreadable(status));
    }
    const { title, detail, code, errors } = parsed.output;
    const fields: Record<string, string> = {};
    for (const { field, message } of errors ?? []) fields[field] ??= message;
    return new Problem(status, code, detail ?? title, fields);
  }
}

/** One sentence for a person, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Problem ? error.message : "Something went wrong. Please try again.";
}

function unreadable(status: number): string {
  return status >= 500
    ? "The server is not answering right now. Please try again in a moment."
    : "Something went wrong. Please try again.";
}
