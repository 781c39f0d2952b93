import { ErrorState } from "../../components/EmptyState";
import { Loading, Skeleton } from "../../components/Skeleton";
import { Unfolding } from "../../components/Unfolding";
import type { LogEvent } from "../../lib/api/types";
import { useLogEvent } from "./use-log";

/** The event at a position as the log holds it, to unfold; open, it stays so from event to event. */
export function StoredEvent({ position }: { position: number }) {
  return (
    <Unfolding
      summary={<span className="font-medium">The event as it is stored</span>}
      content={() => <AtPosition position={position} />}
    />
  );
}

function AtPosition({ position }: { position: number }) {
  const event = useLogEvent(position);
  if (event.isLoadingError) {
    return <ErrorState error={event.error} onRetry={() => void event.refetch()} />;
  }
  if (!event.data) {
    return (
      <Loading label="Loading the event">
        <Skeleton className="m-3 h-40" />
      </Loading>
    );
  }
  return <StoredJson event={event.data} />;
}

export function StoredJson({ event }: { event: LogEvent }) {
  return (
    <pre
      // As wide as what is stored, so the keyboard must reach it to scroll.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      role="region"
      aria-label={`Stored event ${event.position}`}
      className="scroll-area overflow-x-auto rounded-b p-3 text-sm"
    >
      {JSON.stringify(event, null, 2)}
    </pre>
  );
}
