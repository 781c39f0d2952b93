import type { DanceEvent } from "../../lib/api/types";
import { monthOf } from "../../lib/time";
import { EventRow } from "./EventRow";

/** A calm list by month. */
interface EventListProps {
  events: readonly DanceEvent[];
  /** How much waits unread in the chat of the event with this id. */
  unread: (eventId: string) => number;
}

export function EventList({ events, unread }: EventListProps) {
  const months = byMonth(events);
  return (
    <div className="flex flex-col gap-6">
      {[...months].map(([month, those]) => (
        <section key={month} aria-label={month}>
          <h2 className="pb-1 text-sm font-semibold text-muted">{month}</h2>
          <ul>
            {those.map((event) => (
              <EventRow key={event.id} event={event} unread={unread(event.id)} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function byMonth(events: readonly DanceEvent[]): Map<string, DanceEvent[]> {
  const months = new Map<string, DanceEvent[]>();
  for (const event of events) {
    const month = monthOf(event.startDate);
    months.set(month, [...(months.get(month) ?? []), event]);
  }
  return months;
}
