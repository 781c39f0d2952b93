import { useState, type ReactNode } from "react";
import { Link } from "react-router";
import { Button } from "../../components/Button";
import { Card } from "../../components/Card";
import { Badge } from "../../components/Chip";
import { classNames } from "../../components/class-names";
import { ErrorState } from "../../components/EmptyState";
import { RowsSkeleton } from "../../components/Skeleton";
import { useToast } from "../../components/Toast";
import { messageOf } from "../../lib/api/problem";
import type { Report, ReportContext } from "../../lib/api/types";
import { dateTime } from "../../lib/time";
import { CloseSheet, SuspendSheet, WarnSheet } from "./ActSheets";
import { useLift } from "./use-acts";
import { useReportContext } from "./use-reports";
import { actWords, isSuspended, MOVES, OUTCOMES, REASONS } from "./words";

/** One report, what it is about, and what may be done. */
export function ReportView({ report }: { report: Report }) {
  const context = useReportContext(report.id);
  return (
    <div className="flex flex-col gap-5">
      <WhatWasReported report={report} />
      {context.isPending ? (
        <RowsSkeleton label="Loading what it is about" />
      ) : context.isLoadingError ? (
        <ErrorState error={context.error} onRetry={() => void context.refetch()} />
      ) : (
        <>
          <WhatMayBeDone report={report} context={context.data} />
          <WhatWasSaid context={context.data} />
          <WhatHappened report={report} context={context.data} />
          <WhatIsKnown context={context.data} />
        </>
      )}
    </div>
  );
}

function WhatWasReported({ report }: { report: Report }) {
  const { reported, reporter, reason, details, createdAt, resolution, outcome, status } = report;
  return (
    <Card className="flex flex-col gap-2">
      <p className="flex flex-wrap items-center gap-2">
        <Badge tone="danger">{REASONS[reason]}</Badge>
        {status === "resolved" && <Badge>{outcome ? OUTCOMES[outcome] : "Closed"}</Badge>}
      </p>
      <p>
        <Person name={reporter.username} /> reported <Person name={reported.username} />
        <span className="text-sm text-muted"> · {dateTime(createdAt)}</span>
      </p>
      {details && <p className="whitespace-pre-line break-words">{details}</p>}
      {resolution && (
        <p className="break-words text-sm text-muted">For the moderators: {resolution}</p>
      )}
    </Card>
  );
}

function Person({ name }: { name: string }) {
  return (
    <Link to={`/people/${name}`} className="font-semibold text-second underline">
      {name}
    </Link>
  );
}

function WhatMayBeDone({ report, context }: { report: Report; context: ReportContext }) {
  const [open, setOpen] = useState<"warn" | "suspend" | "close">();
  const lift = useLift(report.reported.id);
  const toast = useToast();
  const suspended = isSuspended(context.acts);
  const close = () => setOpen(undefined);
  return (
    <div className="flex flex-wrap gap-3">
      <Button className="grow" onClick={() => setOpen("warn")}>
        Warn
      </Button>
      {suspended ? (
        <Button
          className="grow"
          busy={lift.isPending}
          onClick={() => {
            lift.mutate(undefined, {
              onSuccess: () => toast(`${report.reported.username} may sign in again.`, "success"),
              onError: (error) => toast(messageOf(error), "danger"),
            });
          }}
        >
          Lift suspension
        </Button>
      ) : (
        <Button variant="danger" className="grow" onClick={() => setOpen("suspend")}>
          Suspend
        </Button>
      )}
      {report.status === "open" && (
        <Button variant="primary" wide onClick={() => setOpen("close")}>
          Close report
        </Button>
      )}
      {open === "warn" && <WarnSheet person={report.reported} onClose={close} />}
      {open === "suspend" && <SuspendSheet person={report.reported} onClose={close} />}
      {open === "close" && <CloseSheet report={report} acts={context.acts} onClose={close} />}
    </div>
  );
}

/** What a message said, one after the other, and how it comes that it is shown apart. */
function Contents({
  of: { contents },
  children,
}: {
  of: { contents: readonly string[] };
  children: ReactNode;
}) {
  return (
    <div className="flex flex-col gap-1 rounded border border-danger p-3">
      <p className="text-sm text-muted">{children}</p>
      {contents.map((content, index) => (
        <p key={index} className="whitespace-pre-line break-words">
          {content}
        </p>
      ))}
    </div>
  );
}

function WhatWasSaid({ context: { message, around } }: { context: ReportContext }) {
  if (!message) return null;
  return (
    <Part title="What was said">
      {message.encrypted && (
        <Contents of={message}>
          {message.contents.length > 0
            ? "This message was encrypted. Who reported it shows it to you; it is what was sent:"
            : "This message is encrypted, and who reported it did not show it."}
        </Contents>
      )}
      {!message.encrypted && (message.retractedAt !== null || message.contents.length > 1) && (
        <Contents of={message}>
          {message.retractedAt
            ? `Taken back ${dateTime(message.retractedAt)}; it said:`
            : "Edited; it said one after the other:"}
        </Contents>
      )}
      <ol aria-label="What was said" className="flex flex-col gap-2">
        {around.map(({ id, author, content, encrypted, createdAt }) => (
          <li
            key={id}
            className={classNames(
              "rounded p-3",
              id === message.id ? "border border-danger" : "bg-raised",
            )}
          >
            <p className="text-sm text-muted">
              <span className="font-semibold text-text">{author.username}</span> ·{" "}
              {dateTime(createdAt)}
            </p>
            {encrypted ? (
              <p className="italic text-muted">Encrypted</p>
            ) : (
              <p className="whitespace-pre-line break-words">{content}</p>
            )}
          </li>
        ))}
      </ol>
    </Part>
  );
}

function WhatHappened({ report, context }: { report: Report; context: ReportContext }) {
  if (context.matchHistory.length === 0) return null;
  const name = (id: string) =>
    id === report.reported.id ? report.reported.username : report.reporter.username;
  return (
    <Part title="What happened in their match">
      <ol className="flex flex-col gap-1">
        {context.matchHistory.map(({ position, type, by, at }) => (
          <li key={position} className="flex flex-wrap justify-between gap-x-3">
            <span>
              {name(by)} {MOVES[type]}
            </span>
            <span className="text-sm text-muted">{dateTime(at)}</span>
          </li>
        ))}
      </ol>
    </Part>
  );
}

function WhatIsKnown({ context: { acts, otherReports } }: { context: ReportContext }) {
  return (
    <Part title="Before">
      {acts.length === 0 && otherReports.length === 0 && (
        <p className="text-muted">No other report, no warning.</p>
      )}
      <ol aria-label="Warnings and suspensions" className="flex flex-col gap-2">
        {acts.map((act) => (
          <li key={act.position}>
            <p className="font-medium">{actWords(act)}</p>
            {act.words && <p className="whitespace-pre-line break-words">{act.words}</p>}
            <p className="text-sm text-muted">
              {act.by && `${act.by} · `}
              {dateTime(act.at)}
            </p>
          </li>
        ))}
      </ol>
      <ol aria-label="Other reports" className="flex flex-col gap-2">
        {otherReports.map((other) => (
          <li key={other.id}>
            <Link to={`/moderation/${other.id}`} className="text-second underline">
              {REASONS[other.reason]}, {dateTime(other.createdAt)}
            </Link>{" "}
            <span className="text-sm text-muted">
              {other.status === "open"
                ? "open"
                : other.outcome
                  ? OUTCOMES[other.outcome]
                  : "closed"}
            </span>
          </li>
        ))}
      </ol>
    </Part>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-3">
      <h2 className="text-lg font-semibold">{title}</h2>
      {children}
    </section>
  );
}
