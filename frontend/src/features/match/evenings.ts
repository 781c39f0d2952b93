import type { EventSummary, Match } from "../../lib/api/types";
import { dayKey } from "../../lib/time";

/** One evening at an event: the matches completed there on one local day. */
export interface Evening {
  key: string;
  day: string;
  event: EventSummary;
  matches: Match[];
}

/** Latest evening first. */
export function eveningsOf(matches: readonly Match[]): Evening[] {
  const evenings = new Map<string, Evening>();
  for (const match of matches) {
    const day = dayKey(completedAt(match));
    const key = `${day}:${match.event.id}`;
    const evening = evenings.get(key) ?? { key, day, event: match.event, matches: [] };
    evening.matches.push(match);
    evenings.set(key, evening);
  }
  return [...evenings.values()].sort((a, b) => b.day.localeCompare(a.day));
}

export interface Month {
  /** "2026-11" */
  key: string;
  count: number;
}

/** Completed matches in each of the last `length` months, oldest first. */
export function monthsOf(matches: readonly Match[], length: number, now = new Date()): Month[] {
  const months = Array.from({ length }, (_, index) => {
    const first = new Date(now.getFullYear(), now.getMonth() - (length - 1 - index), 1);
    return { key: dayKey(first).slice(0, 7), count: 0 };
  });
  for (const match of matches) {
    const key = dayKey(completedAt(match)).slice(0, 7);
    const month = months.find((candidate) => candidate.key === key);
    if (month) month.count += 1;
  }
  return months;
}

/** When a match was completed; the last change stands in where the server does not say. */
export function completedAt(match: Match): string {
  return match.completedAt ?? match.updatedAt;
}
