import { api, unwrap } from "../../lib/api/client";
import type { TransferReport } from "../../lib/api/types";
import { Problem } from "../../lib/api/problem";
import { backoffDelay } from "../../lib/backoff";

/** A transfer often ends because the network did, so the report of it may have to wait. */
const TRIES = 6;

/** What the server cannot read or does not allow stays so; a pause or a new session may help the rest. */
const FINAL = new Set([400, 403, 404, 415, 422]);

/**
 * `proof` is the root both ends agreed on, of a completed transfer alone; `connected` says whether
 * a connection ever came about, and `connectSeconds` how long that took.
 */
export async function reportTransfer(report: TransferReport): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    try {
      await unwrap(api.POST("/api/webrtc/transfers", { body: report }));
      return;
    } catch (cause) {
      console.warn("the transfer could not be reported", cause);
      if (cause instanceof Problem && FINAL.has(cause.status)) return;
      await new Promise((resolve) => setTimeout(resolve, backoffDelay(attempt + 2)));
    }
  }
}

/** Every browser calls itself Chrome or Safari as well, so its own name is looked for first. */
const BROWSERS = [
  ["EdgA?", "Edge"],
  ["OPR", "Opera"],
  ["SamsungBrowser", "Samsung Internet"],
  ["FxiOS", "Firefox iOS"],
  ["CriOS", "Chrome iOS"],
  ["Firefox", "Firefox"],
  ["Chrome", "Chrome"],
  ["Version", "Safari"],
] as const;

/** Name and major version: enough to see which browsers fail, too little to know a person by. */
export function browserName(userAgent: string = navigator.userAgent): string | null {
  for (const [token, name] of BROWSERS) {
    const version = new RegExp(`${token}/(\\d+)`).exec(userAgent)?.[1];
    if (version) return `${name} ${version}`;
  }
  return null;
}
