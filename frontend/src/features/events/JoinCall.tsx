import { CalendarDays, MapPin, MessagesSquare, Users } from "lucide-react";
import { Button } from "../../components/Button";
import type { DanceEvent } from "../../lib/api/types";
import { dateRange } from "../../lib/time";
import { phaseOf } from "./event-phase";
import { peopleCount } from "./FeaturedEvent";

interface JoinCallProps {
  event: DanceEvent;
  busy: boolean;
  onJoin: () => void;
}

/** The door of a room one has not joined: what happens inside, and the way in. */
export function JoinCall({ event, busy, onJoin }: JoinCallProps) {
  const cancelled = phaseOf(event) === "cancelled";
  return (
    <div className="scroll-area flex grow flex-col">
      <div className="mx-auto flex w-full max-w-lg grow flex-col gap-5 p-5 lg:justify-center">
        <h2 className="text-2xl font-bold tracking-tight">{event.name}</h2>
        <ul className="flex flex-col gap-2 text-muted">
          <li className="flex gap-3">
            <MapPin className="mt-0.5 size-5 shrink-0" aria-hidden="true" />
            {event.location}
          </li>
          <li className="flex gap-3">
            <CalendarDays className="mt-0.5 size-5 shrink-0" aria-hidden="true" />
            {dateRange(event.startDate, event.endDate)}
          </li>
          <li className="flex gap-3">
            <Users className="mt-0.5 size-5 shrink-0" aria-hidden="true" />
            {peopleCount(event.participantsCount)}
          </li>
        </ul>
        {event.description && <p className="whitespace-pre-line">{event.description}</p>}
        <p className="flex gap-3 rounded bg-surface p-4 text-muted">
          <MessagesSquare className="mt-0.5 size-5 shrink-0 text-second" aria-hidden="true" />
          Inside you see who is here, talk with everyone, and ask somebody to film each other.
        </p>
      </div>
      <div className="pb-safe sticky bottom-0 mx-auto w-full max-w-lg bg-background px-5 pt-3">
        {cancelled ? (
          <p className="pb-2 text-center text-muted">This event was cancelled.</p>
        ) : (
          <Button variant="primary" wide busy={busy} onClick={onJoin}>
            Join this event
          </Button>
        )}
      </div>
    </div>
  );
}
