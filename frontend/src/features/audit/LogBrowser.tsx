import { Clapperboard, ScrollText } from "lucide-react";
import { useState } from "react";
import { ButtonLink } from "../../components/Button";
import { EmptyState, ErrorState } from "../../components/EmptyState";
import { SelectField, TextField } from "../../components/Field";
import { ShowMore } from "../../components/ShowMore";
import { RowsSkeleton } from "../../components/Skeleton";
import { Unfolding } from "../../components/Unfolding";
import type { Aggregate, LogEvent } from "../../lib/api/types";
import { utc } from "../../lib/time";
import { positionIn } from "./steps";
import { StoredJson } from "./StoredEvent";
import { useLog } from "./use-log";

const AGGREGATES: Record<Aggregate, string> = {
  match: "Matches",
  account: "Accounts",
  dance_event: "Dance events",
  participation: "Participations",
  message: "Messages",
  report: "Reports",
};

/** The log, event by event, from any position on. */
export function LogBrowser() {
  const [aggregate, setAggregate] = useState<Aggregate | "">("match");
  const [from, setFrom] = useState("");
  const after = positionIn(from);
  const log = useLog({ aggregate: aggregate || undefined, after });
  return (
    <section aria-labelledby="the-log" className="flex flex-col gap-4">
      <header className="flex items-baseline justify-between gap-3">
        <h2 id="the-log" className="text-lg font-semibold">
          The log
        </h2>
        <p className="text-sm text-muted">Times in UTC</p>
      </header>
      <div className="grid grid-cols-2 gap-3">
        <SelectField
          label="Events of"
          value={aggregate}
          onChange={(event) => setAggregate(event.target.value as Aggregate | "")}
        >
          <option value="">Everything</option>
          {Object.entries(AGGREGATES).map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </SelectField>
        <TextField
          label="After position"
          inputMode="numeric"
          autoComplete="off"
          placeholder="0"
          value={from}
          error={from !== "" && after === undefined ? "A whole number." : undefined}
          onChange={(event) => setFrom(event.target.value.trim())}
        />
      </div>
      {log.isPending ? (
        <RowsSkeleton label="Loading the log" />
      ) : log.isLoadingError ? (
        <ErrorState error={log.error} onRetry={() => void log.refetch()} />
      ) : log.data.length === 0 ? (
        <EmptyState icon={ScrollText} title="Nothing after this">
          The log has no such events from there on.
        </EmptyState>
      ) : (
        <ol className="flex flex-col gap-3">
          {log.data.map((event) => (
            <LogRow key={event.position} event={event} />
          ))}
        </ol>
      )}
      <ShowMore list={log} />
    </section>
  );
}

function LogRow({ event }: { event: LogEvent }) {
  return (
    <li>
      <Unfolding
        summary={
          <span className="flex min-w-0 grow flex-wrap items-baseline justify-between gap-x-3">
            <span className="font-medium">
              <span className="text-muted">{event.aggregate}</span> {event.type}
            </span>
            <span className="text-sm text-muted">
              <time dateTime={event.at}>{utc(event.at)}</time> ·{" "}
              <span className="sr-only">position </span>
              {event.position}
            </span>
          </span>
        }
        content={() => (
          <>
            <StoredJson event={event} />
            {event.aggregate === "match" && (
              <ButtonLink
                to={`/audit/matches/${event.id}?at=${event.position}`}
                className="mx-3 mb-3"
                icon={<Clapperboard className="size-5" aria-hidden="true" />}
              >
                The match at this event
              </ButtonLink>
            )}
          </>
        )}
      />
    </li>
  );
}
