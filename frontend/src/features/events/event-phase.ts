import type { DanceEvent } from "../../lib/api/types";
import { dayKey } from "../../lib/time";

export type EventPhase = "coming" | "on" | "over" | "cancelled";

/** Calendar days compare as text. */
export function phaseOf(event: DanceEvent, now = new Date()): EventPhase {
  if (event.status === "cancelled") return "cancelled";
  const today = dayKey(now);
  if (today < event.startDate) return "coming";
  return today <= event.endDate ? "on" : "over";
}

/** The one to put first: what is on, rather where one is already in, else what comes next. */
export function featured(events: readonly DanceEvent[], now = new Date()): DanceEvent | undefined {
  const on = events.filter((event) => phaseOf(event, now) === "on");
  return (
    on.find(({ joined }) => joined) ??
    on[0] ??
    events.find((event) => phaseOf(event, now) === "coming")
  );
}
