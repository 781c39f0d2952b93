import { Star } from "lucide-react";
import { Card } from "../../components/Card";
import type { RatingStats } from "../../lib/api/types";

const SCORES = [5, 4, 3, 2, 1];
const ROW = 26;
const TRACK = 200;

const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 });

/** How somebody was rated: the average, how the scores spread, how many would do it again. */
export function RatingSummary({ stats }: { stats: RatingStats }) {
  const { count, average, wouldCollaborateAgain: again } = stats;
  if (count === 0 || average == null) {
    return (
      <Card className="text-muted">No ratings yet. They open once both partners have rated.</Card>
    );
  }
  return (
    <Card className="flex flex-wrap items-center gap-x-8 gap-y-4 p-5">
      <div className="flex flex-col items-center">
        <span className="flex items-center gap-2 text-3xl font-bold">
          {average.toFixed(1)}
          <Star className="size-6 fill-text" aria-hidden="true" />
        </span>
        <span className="text-sm text-muted">{count === 1 ? "1 rating" : `${count} ratings`}</span>
      </div>
      <Histogram stats={stats} />
      {again != null && (
        <p className="w-full text-sm text-muted">
          <span className="font-semibold text-text">{percent.format(again)}</span> would film
          together again
        </p>
      )}
    </Card>
  );
}

function Histogram({ stats }: { stats: RatingStats }) {
  const of = (score: number) => stats.histogram[String(score)] ?? 0;
  const most = Math.max(1, ...SCORES.map(of));
  const words = SCORES.map((score) => `${score} of 5: ${of(score)}`).join("; ");
  return (
    <svg
      role="img"
      aria-label={`Scores received. ${words}`}
      viewBox={`0 0 ${TRACK + 60} ${ROW * SCORES.length}`}
      className="min-w-0 max-w-sm grow basis-48 text-sm"
    >
      {SCORES.map((score, row) => {
        const width = (of(score) / most) * TRACK;
        const middle = row * ROW + ROW / 2;
        return (
          <g key={score}>
            <text x="0" y={middle} dominantBaseline="central" className="fill-muted">
              {score}
            </text>
            <rect x="20" y={middle - 4} width={TRACK} height="8" rx="4" className="fill-raised" />
            {width > 0 && (
              <rect
                x="20"
                y={middle - 4}
                width={Math.max(8, width)}
                height="8"
                rx="4"
                className="fill-second"
              />
            )}
            <text x={TRACK + 34} y={middle} dominantBaseline="central" className="fill-text">
              {of(score)}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
