import { api, unwrap } from "../../lib/api/client";
import type { TransferReport } from "../../lib/api/types";
import { backoffDelay } from "../../lib/backoff";

/** A transfer often ends because the network did, so the report of it may have to wait. */
const TRIES = 6;

export async function reportTransfer(report: TransferReport): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    try {
      await unwrap(api.POST("/api/webrtc/transfers", { body: report }));
      return;
    } catch (cause) {
      console.warn("the transfer could not be reported", cause);
      await new Promise((resolve) => setTimeout(resolve, backoffDelay(attempt + 2)));
    }
  }
}

/** Name and major version: enough to see which browsers fail, too little to know a person by. */
export function browserName(userAgent: string = navigator.userAgent): string | null {
  const known = /(Edg|OPR|SamsungBrowser|FxiOS|CriOS|Firefox|Chrome|Version)\/(\d+)/g;
  const found = [...userAgent.matchAll(known)];
  // Every browser calls itself Chrome or Safari too; its own name comes last or is the more telling one.
  const best = found.find(([, name]) => name !== "Chrome" && name !== "Version") ?? found[0];
  if (!best) return null;
  const names: Record<string, string> = {
    Edg: "Edge",
    OPR: "Opera",
    SamsungBrowser: "Samsung Internet",
    FxiOS: "Firefox iOS",
    CriOS: "Chrome iOS",
    Version: "Safari",
  };
  return `${names[best[1]!] ?? best[1]!} ${best[2]!}`;
}
