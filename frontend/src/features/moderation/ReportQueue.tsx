import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { Avatar } from "../../components/Avatar";
import { Badge, FilterChip } from "../../components/Chip";
import { EmptyState, ErrorState } from "../../components/EmptyState";
import { ShowMore } from "../../components/ShowMore";
import { RowsSkeleton } from "../../components/Skeleton";
import type { Report, ReportStatus } from "../../lib/api/types";
import { dateTime } from "../../lib/time";
import { useReports } from "./use-reports";
import { OUTCOMES, REASONS } from "./words";

const FILTERS: { status: ReportStatus; words: string }[] = [
  { status: "open", words: "Open" },
  { status: "resolved", words: "Closed" },
];

/** What people reported, the newest first. */
export function ReportQueue() {
  const [status, setStatus] = useState<ReportStatus>("open");
  const reports = useReports(status);
  return (
    <section aria-label="Reports" className="flex flex-col gap-4">
      <div className="flex gap-2">
        {FILTERS.map((filter) => (
          <FilterChip
            key={filter.status}
            pressed={filter.status === status}
            onClick={() => setStatus(filter.status)}
          >
            {filter.words}
          </FilterChip>
        ))}
      </div>
      {reports.isPending ? (
        <RowsSkeleton label="Loading reports" />
      ) : reports.isLoadingError ? (
        <ErrorState error={reports.error} onRetry={() => void reports.refetch()} />
      ) : reports.data.length === 0 ? (
        <EmptyState icon={ShieldCheck} title="Nothing here">
          {status === "open" ? "No report waits for a moderator." : "No report was closed yet."}
        </EmptyState>
      ) : (
        <ol className="flex flex-col gap-3">
          {reports.data.map((report) => (
            <ReportRow key={report.id} report={report} />
          ))}
        </ol>
      )}
      <ShowMore list={reports} />
    </section>
  );
}

function ReportRow({ report }: { report: Report }) {
  const { id, reported, reporter, reason, details, outcome, status, createdAt } = report;
  return (
    <li>
      <Link
        to={`/moderation/${id}`}
        className="flex gap-3 rounded bg-surface p-4 ring-1 ring-line/60 transition-colors hover:bg-raised"
      >
        <Avatar person={reported} />
        <span className="flex min-w-0 grow flex-col gap-1">
          <span className="flex items-center justify-between gap-2">
            <span className="truncate font-semibold">{reported.username}</span>
            {status === "open" ? (
              <Badge tone="danger">{REASONS[reason]}</Badge>
            ) : (
              <Badge>{outcome ? OUTCOMES[outcome] : "Closed"}</Badge>
            )}
          </span>
          {details && <span className="line-clamp-2 break-words">{details}</span>}
          <span className="text-sm text-muted">
            by {reporter.username} · <time dateTime={createdAt}>{dateTime(createdAt)}</time>
          </span>
        </span>
      </Link>
    </li>
  );
}
