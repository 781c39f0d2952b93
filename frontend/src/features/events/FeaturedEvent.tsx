import { ArrowRight, CalendarDays, MapPin, Users } from "lucide-react";
import { Button, ButtonLink } from "../../components/Button";
import { LiveDot } from "../../components/Chip";
import { classNames } from "../../components/class-names";
import { countWords } from "../../components/UnreadBadge";
import type { DanceEvent } from "../../lib/api/types";
import { dateRange, daysUntil } from "../../lib/time";
import { phaseOf } from "./event-phase";

interface FeaturedEventProps {
  event: DanceEvent;
  busy: boolean;
  /** How much waits unread in its chat. */
  unread: number;
  onJoin: () => void;
}

/** What is on now, or next, and the one thing to do about it. */
export function FeaturedEvent({ event, busy, unread, onJoin }: FeaturedEventProps) {
  const on = phaseOf(event) === "on";
  return (
    <section
      aria-label={on ? "On now" : "Next up"}
      className={classNames(
        "relative isolate overflow-hidden rounded bg-surface p-5 lg:p-7",
        on ? "ring-1 ring-accent/50" : "ring-1 ring-line/60",
      )}
    >
      {on && <Beam />}
      <p className="flex items-center gap-2 text-sm font-semibold">
        {on ? (
          <>
            <LiveDot />
            <span className="text-accent-text">On now</span>
          </>
        ) : (
          <span className="text-muted">Next up, {daysUntil(event.startDate)}</span>
        )}
      </p>
      <h2 className="pt-2 text-xl font-bold tracking-tight lg:text-2xl">{event.name}</h2>
      <ul className="flex flex-col gap-1.5 pb-5 pt-3 text-muted">
        <Detail icon={MapPin}>{event.location}</Detail>
        <Detail icon={CalendarDays}>{dateRange(event.startDate, event.endDate)}</Detail>
        <Detail icon={Users}>{peopleCount(event.participantsCount)}</Detail>
      </ul>
      {event.joined ? (
        <ButtonLink
          to={`/events/${event.slug}`}
          variant="primary"
          wide
          icon={<ArrowRight className="size-5" aria-hidden="true" />}
          className="sm:w-auto sm:px-8"
        >
          Open chat
          {unread > 0 && ` · ${countWords(unread)} new`}
        </ButtonLink>
      ) : (
        <Button variant="primary" wide busy={busy} onClick={onJoin} className="sm:w-auto sm:px-10">
          Join
        </Button>
      )}
    </section>
  );
}

export function peopleCount(count: number): string {
  return count === 1 ? "1 dancer" : `${count} dancers`;
}

function Detail({ icon: Icon, children }: { icon: typeof MapPin; children: string }) {
  return (
    <li className="flex items-start gap-2.5">
      <Icon className="mt-0.5 size-5 shrink-0" aria-hidden="true" />
      {children}
    </li>
  );
}

/** The spotlight: only where somebody is dancing right now. */
function Beam() {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 300 300"
      preserveAspectRatio="none"
      className="absolute -top-4 right-0 -z-10 h-[120%] w-3/5 text-accent"
    >
      <defs>
        <linearGradient id="event-beam" x1="0.6" y1="0" x2="0.4" y2="1">
          <stop offset="0" stopColor="currentColor" stopOpacity="0.2" />
          <stop offset="1" stopColor="currentColor" stopOpacity="0" />
        </linearGradient>
      </defs>
      <path d="M222 0h26l52 300H0z" fill="url(#event-beam)" />
    </svg>
  );
}
