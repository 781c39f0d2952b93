/** Counts as people read them. */
import type { KindCount, TransferCounts } from "../../lib/api/types";
import { bytes } from "../../lib/bytes";

const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 });
const decimal = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

/** A dash where there is nothing to have a share of. */
export function share(part: number, whole: number): string {
  return whole === 0 ? "–" : percent.format(part / whole);
}

export const speed = (bytesPerSecond: number): string => `${bytes(bytesPerSecond)}/s`;

export const seconds = (count: number): string => `${decimal.format(count)} s`;

export const reportsOf = (kinds: readonly KindCount[], name: string): number =>
  kinds.find((kind) => kind.name === name)?.reports ?? 0;

export const completed = (counts: TransferCounts): number =>
  reportsOf(counts.outcomes, "completed");

const NAMES: Record<string, string> = {
  host: "Direct, same network",
  prflx: "Direct, found on the way",
  srflx: "Direct, through the internet",
  relay: "Through a relay",
  "chrome-ios": "Chrome on iOS",
  "firefox-ios": "Firefox on iOS",
  "samsung-internet": "Samsung Internet",
};

/** What a kind is called; what is not known here reads as it is. */
export function kindName(name: string, none: string): string {
  if (name === "none") return none;
  const known = NAMES[name] ?? name.replaceAll("-", " ");
  return known.charAt(0).toUpperCase() + known.slice(1);
}
