/** Times and dates in the reader's own language and zone. Event dates are calendar days and have no zone. */

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayLong = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  day: "numeric",
  month: "long",
});
const dayShort = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const dayYear = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  year: "numeric",
});
const month = new Intl.DateTimeFormat(undefined, { month: "long", year: "numeric" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

const DAY_MS = 86_400_000;

export const timeOfDay = (at: string): string => clock.format(new Date(at));
export const dateTime = (at: string): string =>
  `${dayYear.format(new Date(at))}, ${clock.format(new Date(at))}`;
/** To the second and the same for every reader: "2026-11-23 15:30:53". */
export const utc = (at: string): string =>
  new Date(at).toISOString().slice(0, 19).replace("T", " ");
export const date = (at: string): string => dayYear.format(new Date(at));

/** A calendar day ("2026-12-01") as local midnight; `new Date` alone would read it as UTC. */
export function calendarDay(day: string): Date {
  const [year = 1970, monthNumber = 1, dayOfMonth = 1] = day.split("-").map(Number);
  return new Date(year, monthNumber - 1, dayOfMonth);
}

export const monthOf = (day: string): string => month.format(calendarDay(day));

export function dateRange(startDate: string, endDate: string): string {
  const start = calendarDay(startDate);
  const end = calendarDay(endDate);
  return startDate === endDate ? dayYear.format(start) : dayYear.formatRange(start, end);
}

export const shortDay = (day: string): string => dayShort.format(calendarDay(day));

/** Local calendar day of a moment, as "2026-12-01": what messages are grouped by. */
export function dayKey(at: string | Date): string {
  const moment = new Date(at);
  const pad = (part: number) => String(part).padStart(2, "0");
  return `${moment.getFullYear()}-${pad(moment.getMonth() + 1)}-${pad(moment.getDate())}`;
}

export function dayTitle(at: string, now = new Date()): string {
  const days = daysBetween(calendarDay(dayKey(now)), calendarDay(dayKey(at)));
  if (days === 0 || days === -1) return capitalise(relative.format(days, "day"));
  return dayLong.format(new Date(at));
}

/** "in 5 days", "tomorrow", "today". */
export function daysUntil(day: string, now = new Date()): string {
  return relative.format(daysBetween(calendarDay(dayKey(now)), calendarDay(day)), "day");
}

/** "just now", "5 minutes ago", "yesterday". */
export function ago(at: string, now = Date.now()): string {
  const minutes = Math.round((new Date(at).getTime() - now) / 60_000);
  if (Math.abs(minutes) < 1) return "just now";
  if (Math.abs(minutes) < 60) return relative.format(minutes, "minute");
  if (Math.abs(minutes) < 60 * 24) return relative.format(Math.round(minutes / 60), "hour");
  if (Math.abs(minutes) < 60 * 24 * 7) return relative.format(Math.round(minutes / 60 / 24), "day");
  return dayYear.format(new Date(at));
}

function daysBetween(from: Date, to: Date): number {
  return Math.round((to.getTime() - from.getTime()) / DAY_MS);
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
