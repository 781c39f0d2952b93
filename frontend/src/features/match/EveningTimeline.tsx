import { Link } from "react-router";
import { Avatar } from "../../components/Avatar";
import { Badge } from "../../components/Chip";
import { Stars } from "../../components/Stars";
import { bytes } from "../../lib/bytes";
import type { Match } from "../../lib/api/types";
import { calendarDay } from "../../lib/time";
import type { Evening } from "./evenings";

const dayFormat = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
});

/** A timeline of evenings, and with whom one filmed on each. */
export function EveningTimeline({ evenings }: { evenings: readonly Evening[] }) {
  return (
    <ol className="flex flex-col">
      {evenings.map(({ key, day, event, matches }) => (
        <li
          key={key}
          className="relative pb-6 pl-7 before:absolute before:bottom-0 before:left-[5px] before:top-4 before:w-px before:bg-line last:before:hidden"
        >
          <span
            aria-hidden="true"
            className="absolute left-0 top-2 size-[11px] rounded-full bg-second"
          />
          <h3 className="font-semibold">
            <Link to={`/events/${event.slug}`} className="hover:underline">
              {event.name}
            </Link>
          </h3>
          <p className="pb-2 text-sm text-muted">
            <time dateTime={day}>{dayFormat.format(calendarDay(day))}</time>
            {event.location && ` · ${event.location}`}
          </p>
          <ul className="flex flex-col gap-2">
            {matches.map((match) => (
              <EveningMatch key={match.id} match={match} />
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}

function EveningMatch({ match }: { match: Match }) {
  const { partner, rating, transfers } = match;
  const size = transfers
    .filter(({ outcome, direction }) => outcome === "completed" && direction === "received")
    .reduce((sum, transfer) => sum + transfer.bytes, 0);
  return (
    <li>
      <Link
        to={`/matches/${match.id}`}
        className="flex items-center gap-3 rounded bg-surface p-3 ring-1 ring-line/60 transition-colors hover:bg-raised"
      >
        <Avatar person={partner} />
        <span className="min-w-0 grow">
          <span className="block truncate font-medium">{partner.username}</span>
          <span className="flex flex-wrap gap-x-4 gap-y-1 text-sm text-muted">
            {rating.mine ? (
              <span className="flex items-center gap-2">
                You gave <Stars score={rating.mine.score} />
              </span>
            ) : (
              <Badge tone="second">Not rated yet</Badge>
            )}
            {rating.partners && (
              <span className="flex items-center gap-2">
                You got <Stars score={rating.partners.score} />
              </span>
            )}
          </span>
        </span>
        {size > 0 && <span className="shrink-0 self-start text-sm text-muted">{bytes(size)}</span>}
      </Link>
    </li>
  );
}
