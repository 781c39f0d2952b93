/** Spans of days to look at. The server counts by days of UTC, so these are such days. */
export interface Days {
  from: string;
  to: string;
}

export const SPANS = [
  { days: 7, words: "Last 7 days" },
  { days: 30, words: "Last 30 days" },
  { days: 90, words: "Last 90 days" },
  { days: 365, words: "Last 365 days" },
] as const;

const DAY_MS = 86_400_000;

/** So many days, today included. */
export function lastDays(days: number, now: Date = new Date()): Days {
  const day = (ago: number) => new Date(now.getTime() - ago * DAY_MS).toISOString().slice(0, 10);
  return { from: day(days - 1), to: day(0) };
}
