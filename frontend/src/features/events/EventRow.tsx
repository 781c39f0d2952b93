import { ChevronRight } from "lucide-react";
import { Link } from "react-router";
import { Badge, LiveDot } from "../../components/Chip";
import { UnreadBadge } from "../../components/UnreadBadge";
import type { DanceEvent } from "../../lib/api/types";
import { calendarDay, dateRange } from "../../lib/time";
import { phaseOf } from "./event-phase";
import { peopleCount } from "./FeaturedEvent";

const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short" });

interface EventRowProps {
  event: DanceEvent;
  unread: number;
}

export function EventRow({ event, unread }: EventRowProps) {
  const phase = phaseOf(event);
  const start = calendarDay(event.startDate);
  return (
    <li>
      <Link
        to={`/events/${event.slug}`}
        className="-mx-2 flex items-center gap-4 rounded px-2 py-3 transition-colors hover:bg-surface"
      >
        <span
          aria-hidden="true"
          className="flex size-14 shrink-0 flex-col items-center justify-center rounded bg-surface ring-1 ring-line/60"
        >
          <span className="text-xs text-muted">{weekday.format(start)}</span>
          <span className="text-lg font-bold leading-tight">{start.getDate()}</span>
        </span>
        <span className="min-w-0 grow">
          <span className="flex items-center gap-2">
            <span className="truncate font-semibold">{event.name}</span>
            {phase === "on" && (
              <span className="flex shrink-0 items-center gap-1.5 text-xs font-semibold text-accent-text">
                <LiveDot />
                On now
              </span>
            )}
          </span>
          <span className="block truncate text-sm text-muted">{event.location}</span>
          <span className="block truncate text-sm text-muted">
            {dateRange(event.startDate, event.endDate)} · {peopleCount(event.participantsCount)}
          </span>
        </span>
        {phase === "cancelled" && <Badge tone="danger">Cancelled</Badge>}
        {event.joined && phase !== "cancelled" && unread === 0 && (
          <Badge tone="success">Joined</Badge>
        )}
        <UnreadBadge count={unread} />
        <ChevronRight className="size-5 shrink-0 text-muted" aria-hidden="true" />
      </Link>
    </li>
  );
}
