import { useEffect } from "react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { Avatar } from "../../components/Avatar";
import { ErrorState } from "../../components/EmptyState";
import { PersonLine } from "../../components/PersonLine";
import { Sheet } from "../../components/Sheet";
import { ShowMore } from "../../components/ShowMore";
import { RowsSkeleton } from "../../components/Skeleton";
import type { DanceEvent, Participant, UserSummary } from "../../lib/api/types";
import { onRefusal } from "../../lib/refusals";
import { useParticipants } from "./use-participants";

interface PeopleSheetProps {
  event: DanceEvent;
  here: readonly UserSummary[] | undefined;
  meId: string;
  actionFor: (person: UserSummary) => ReactNode;
  onClose: () => void;
}

export function PeopleSheet({ event, here, meId, actionFor, onClose }: PeopleSheetProps) {
  const participants = useParticipants(event.id, true);
  // The way out of it stands on the page behind.
  useEffect(
    () =>
      onRefusal((code) => {
        if (code === "email_not_verified") onClose();
      }),
    [onClose],
  );
  const hereIds = new Set(here?.map(({ id }) => id));
  const others = (participants.data ?? []).filter(({ id }) => id !== meId);
  const present = others.filter(({ id }) => hereIds.has(id));
  const away = others.filter(({ id }) => !hereIds.has(id));

  return (
    <Sheet title={`People at ${event.name}`} onClose={onClose}>
      {participants.isPending ? (
        <div className="py-4">
          <RowsSkeleton label="Loading people" />
        </div>
      ) : participants.isLoadingError ? (
        <ErrorState error={participants.error} onRetry={() => void participants.refetch()} />
      ) : others.length === 0 ? (
        <p className="py-8 text-center text-muted">
          You are the first one here. Others will show up as they join.
        </p>
      ) : (
        <div className="flex flex-col gap-4 py-2">
          <Group title="Here now" people={present} live actionFor={actionFor} />
          <Group title="Also at this event" people={away} actionFor={actionFor} />
          <ShowMore list={participants} />
        </div>
      )}
    </Sheet>
  );
}

interface GroupProps {
  title: string;
  people: Participant[];
  live?: boolean;
  actionFor: (person: UserSummary) => ReactNode;
}

function Group({ title, people, live = false, actionFor }: GroupProps) {
  if (people.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3 className="text-sm font-semibold text-muted">
        {title} ({people.length})
      </h3>
      <ul>
        {people.map((person) => (
          <li key={person.id} className="flex items-center gap-3 py-2.5">
            <Avatar person={person} live={live} />
            <Link
              to={`/people/${person.username}`}
              className="flex min-h-touch min-w-0 grow flex-col justify-center rounded hover:underline"
            >
              <span className="truncate font-medium">{person.username}</span>
              <span className="truncate text-sm text-muted">
                <PersonLine danceRole={person.danceRole} country={person.country} />
              </span>
            </Link>
            {actionFor(person)}
          </li>
        ))}
      </ul>
    </section>
  );
}
