import { Link2 } from "lucide-react";
import { useRef, useState } from "react";
import { useParams, useSearchParams } from "react-router";
import { IconButton } from "../components/Button";
import { PageHeader } from "../components/PageHeader";
import { RoomError, RoomSkeleton } from "../components/RoomStates";
import { useToast } from "../components/Toast";
import { AuditTimeline } from "../features/audit/AuditTimeline";
import { StateCard } from "../features/audit/StateCard";
import { StepControls } from "../features/audit/StepControls";
import { positionIn, stepAt } from "../features/audit/steps";
import { StoredEvent } from "../features/audit/StoredEvent";
import { useMatchAsOf } from "../features/audit/use-match-as-of";
import type { MatchAsOf } from "../lib/api/types";
import { utc } from "../lib/time";

const BACK = { to: "/audit", label: "Back to the log" };

/** A match's history to go through, with its state at each event. */
export function AuditMatchPage() {
  const { id = "" } = useParams();
  const whole = useMatchAsOf(id);
  if (whole.isPending) return <RoomSkeleton back={BACK} label="Loading the history" />;
  if (whole.isLoadingError) {
    return (
      <RoomError
        back={BACK}
        title="History"
        missing="The log has no match with this id."
        error={whole.error}
        onRetry={() => void whole.refetch()}
      />
    );
  }
  return <History key={id} match={whole.data} />;
}

function History({ match }: { match: MatchAsOf }) {
  const [search, setSearch] = useSearchParams();
  const toast = useToast();
  const stateHere = useRef<HTMLElement>(null);
  const { timeline } = match;
  // The address follows a moment later; a slider that waited for it would lose quick keys.
  const [at, setAt] = useState(() => positionIn(search.get("at")));
  const step = stepAt(match.positions, at);
  const position = match.positions[step];
  const then = useMatchAsOf(match.id, position);
  const before = useMatchAsOf(match.id, match.positions[step - 1]);
  // On its way before it is asked for.
  useMatchAsOf(match.id, match.positions[step + 1]);
  const { requester, recipient, event } = match.state;
  const entry = timeline[step];
  if (!entry || position === undefined) return null;

  const goTo = (next: number) => {
    setAt(match.positions[next]);
    setSearch({ at: String(match.positions[next]) }, { replace: true });
  };
  const copyLink = async () => {
    const link = new URL(window.location.href);
    link.searchParams.set("at", String(position));
    try {
      await navigator.clipboard.writeText(link.href);
      toast("Link to this moment copied", "success");
    } catch {
      toast("The link could not be copied; it is in the address bar.", "danger");
    }
  };

  return (
    <>
      <PageHeader
        title={`${requester.username} and ${recipient.username}`}
        subtitle={event.name ?? match.id}
        back={BACK}
        action={
          <IconButton label="Copy the link to this moment" onClick={() => void copyLink()}>
            <Link2 className="size-5" aria-hidden="true" />
          </IconButton>
        }
      />
      <div className="scroll-area min-h-0 grow lg:flex lg:overflow-hidden">
        <section
          ref={stateHere}
          aria-label="State"
          className="flex flex-col gap-4 p-4 lg:scroll-area lg:order-last lg:w-1/2 lg:border-l lg:border-line lg:p-6"
        >
          <div aria-live="polite">
            <h2 className="text-lg font-semibold [overflow-wrap:anywhere]">
              {entry.by.username} {entry.words}
            </h2>
            <p className="text-sm text-muted">
              <time dateTime={entry.at}>{utc(entry.at)} UTC</time> · position {entry.position}
            </p>
          </div>
          {then.data && (
            <StateCard state={then.data.state} before={step > 0 ? before.data?.state : undefined} />
          )}
          <StoredEvent position={position} />
        </section>
        <section
          aria-labelledby="timeline"
          className="flex flex-col gap-2 p-2 lg:scroll-area lg:w-1/2 lg:p-4"
        >
          <header className="flex items-baseline justify-between gap-3 px-3 pt-2">
            <h2 id="timeline" className="text-lg font-semibold">
              Timeline
            </h2>
            <p className="text-sm text-muted">Times in UTC</p>
          </header>
          <AuditTimeline
            timeline={timeline}
            step={step}
            onStep={(next) => {
              goTo(next);
              // Where both share a column, what was chosen shows above.
              stateHere.current?.scrollIntoView({ block: "nearest" });
            }}
          />
        </section>
      </div>
      <div className="pb-safe border-t border-line bg-surface px-2 pt-2 lg:px-6">
        <StepControls timeline={timeline} step={step} onStep={goTo} />
      </div>
    </>
  );
}
