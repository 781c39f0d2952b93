import { ErrorState } from "../../components/EmptyState";
import { RowsSkeleton } from "../../components/Skeleton";
import type { Match } from "../../lib/api/types";
import { dateTime } from "../../lib/time";
import { historyWords } from "./history-words";
import { useMatchHistory } from "./use-match-history";

/** What happened, in order, in plain words. */
export function MatchTimeline({ match, meId }: { match: Match; meId: string }) {
  const history = useMatchHistory(match.id);
  if (history.isPending) return <RowsSkeleton label="Loading what happened" rows={3} />;
  if (history.isError) {
    return <ErrorState error={history.error} onRetry={() => void history.refetch()} />;
  }
  return (
    <ol className="flex flex-col">
      {history.data.map((entry) => (
        <li
          key={entry.position}
          className="relative flex flex-col pb-4 pl-6 before:absolute before:left-[5px] before:top-3 before:h-full before:w-px before:bg-line last:before:hidden"
        >
          <span
            aria-hidden="true"
            className="absolute left-0 top-1.5 size-[11px] rounded-full bg-control"
          />
          <span>{historyWords(entry, match, meId)}</span>
          <time dateTime={entry.at} className="text-sm text-muted">
            {dateTime(entry.at)}
          </time>
        </li>
      ))}
    </ol>
  );
}
