import { useState } from "react";
import type { ReactNode } from "react";
import { Avatar } from "../../components/Avatar";
import { LiveDot } from "../../components/Chip";
import type { DanceEvent, UserSummary } from "../../lib/api/types";
import { PeopleSheet } from "./PeopleSheet";

const FACES = 6;

interface PeopleHereProps {
  event: DanceEvent;
  /** Undefined while nobody can say: before the room is entered, and without a connection. */
  here: readonly UserSummary[] | undefined;
  meId: string;
  /** What may be done about a person, shown beside them. */
  actionFor: (person: UserSummary) => ReactNode;
}

/** Who is in the room now, as a row of faces; pressing it tells more. */
export function PeopleHere({ event, here, meId, actionFor }: PeopleHereProps) {
  const [open, setOpen] = useState(false);
  // Oneself comes last: one looks for the others.
  const faces = [...(here ?? [])].sort((a, b) => Number(a.id === meId) - Number(b.id === meId));
  const shown = faces.slice(0, FACES);
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        className="flex min-h-14 w-full items-center gap-3 border-b border-line px-4 py-2 text-left transition-colors hover:bg-surface lg:px-6"
      >
        <span className="flex -space-x-1">
          {shown.map((person) => (
            <span key={person.id} className="rounded-full ring-2 ring-background">
              <Avatar person={person} size="sm" />
            </span>
          ))}
        </span>
        <span className="flex grow items-center gap-2 text-sm">
          {here ? (
            <>
              {here.length > 0 && <LiveDot />}
              <span>
                <span className="font-semibold">{here.length}</span> here now
              </span>
            </>
          ) : (
            <span className="text-muted">People at this event</span>
          )}
        </span>
        <span className="text-sm font-medium text-second">See all</span>
      </button>
      {open && (
        <PeopleSheet
          event={event}
          here={here}
          meId={meId}
          actionFor={actionFor}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
