import { useEffect, useRef } from "react";
import { classNames } from "../../components/class-names";
import type { TimelineEntry } from "../../lib/api/types";
import { utc } from "../../lib/time";

interface AuditTimelineProps {
  timeline: readonly TimelineEntry[];
  step: number;
  onStep: (step: number) => void;
}

/** Every event of a match; what is after the chosen one has not happened yet. */
export function AuditTimeline({ timeline, step, onStep }: AuditTimelineProps) {
  const chosen = useRef<HTMLLIElement>(null);
  useEffect(() => {
    chosen.current?.scrollIntoView({ block: "nearest" });
  }, [step]);

  return (
    <ol aria-label="Events" className="flex flex-col">
      {timeline.map((entry, index) => {
        const ahead = index > step;
        return (
          <li
            key={entry.position}
            ref={index === step ? chosen : undefined}
            className="relative before:absolute before:left-[17px] before:top-8 before:h-full before:w-px before:bg-line last:before:hidden"
          >
            <button
              type="button"
              aria-current={index === step ? "step" : undefined}
              onClick={() => onStep(index)}
              className={classNames(
                "relative flex w-full gap-3 rounded py-2.5 pl-9 pr-3 text-left transition-colors hover:bg-raised",
                index === step && "bg-raised",
              )}
            >
              <span
                aria-hidden="true"
                className={classNames(
                  "absolute left-3 top-4 size-[11px] rounded-full",
                  index === step
                    ? "bg-accent"
                    : ahead
                      ? "bg-line ring-1 ring-control"
                      : "bg-second",
                )}
              />
              <span className={classNames("min-w-0 grow", ahead && "text-muted")}>
                <span className="block [overflow-wrap:anywhere]">
                  <span className="font-semibold">{entry.by.username}</span> {entry.words}
                </span>
                <span className="flex justify-between gap-3 text-sm text-muted">
                  <time dateTime={entry.at}>{utc(entry.at)}</time>
                  <span>
                    <span className="sr-only">position </span>
                    {entry.position}
                  </span>
                </span>
              </span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}
