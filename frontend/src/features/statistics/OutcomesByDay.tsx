import { Card } from "../../components/Card";
import type { TransferDay } from "../../lib/api/types";
import { shortDay } from "../../lib/time";
import { DayAxis, FRAME, columnOf } from "./DayAxis";
import { Figure } from "./Figure";
import { reportsOf, share } from "./numbers";

/** From the bottom up. */
const OUTCOMES = [
  { name: "completed", word: "Completed", fill: "fill-second", dot: "bg-second" },
  { name: "cancelled", word: "Cancelled", fill: "fill-control", dot: "bg-control" },
  { name: "failed", word: "Failed", fill: "fill-danger", dot: "bg-danger" },
] as const;

/** How many reports came on each day, and of what. */
export function OutcomesByDay({ days }: { days: readonly TransferDay[] }) {
  const told = days.filter(({ reports }) => reports > 0);
  return (
    <Figure
      title="Handovers by day"
      note="Reports of either end, by how it went. Days are those of UTC."
      columns={["Day", "Videos", ...OUTCOMES.map(({ word }) => word), "Share completed"]}
      rows={told.map((day) => [
        day.day,
        String(day.transfers),
        ...OUTCOMES.map(({ name }) => String(reportsOf(day.outcomes, name))),
        share(reportsOf(day.outcomes, "completed"), day.reports),
      ])}
      chart={
        <Card className="flex flex-col gap-3">
          <ul className="flex flex-wrap gap-x-4 gap-y-1 text-sm text-muted">
            {OUTCOMES.map(({ name, word, dot }) => (
              <li key={name} className="flex items-center gap-1.5">
                <span aria-hidden="true" className={`size-2.5 rounded-full ${dot}`} />
                {word}
              </li>
            ))}
          </ul>
          <Columns days={days} />
        </Card>
      }
    />
  );
}

function Columns({ days }: { days: readonly TransferDay[] }) {
  const most = Math.max(1, ...days.map(({ reports }) => reports));
  const total = days.reduce((sum, { reports }) => sum + reports, 0);
  const peak = days.find(({ reports }) => reports === most);
  const label =
    total === 0
      ? "No reports on these days"
      : `${total} reports; most on ${peak ? shortDay(peak.day) : "one day"}: ${most}`;
  return (
    <DayAxis label={label} days={days.map(({ day }) => day)} most={String(most)}>
      {days.map((day, index) => {
        const { x, width } = columnOf(index, days.length);
        let below = FRAME.bottom;
        return OUTCOMES.map(({ name, fill }) => {
          const height = (reportsOf(day.outcomes, name) / most) * FRAME.height;
          below -= height;
          return (
            height > 0 && (
              <rect
                key={`${day.day} ${name}`}
                x={x}
                y={below}
                width={width}
                height={height}
                className={fill}
              />
            )
          );
        });
      })}
    </DayAxis>
  );
}
