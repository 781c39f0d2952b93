import { Card } from "../../components/Card";
import { calendarDay } from "../../lib/time";
import type { Month } from "./evenings";

const HEIGHT = 96;
const COLUMN = 48;
const BAR = 22;
const FOOT = 24;
const HEAD = 20;

const short = new Intl.DateTimeFormat(undefined, { month: "short" });
const long = new Intl.DateTimeFormat(undefined, { month: "long" });

/** How often one filmed, month by month. */
export function MonthChart({ months }: { months: readonly Month[] }) {
  const most = Math.max(1, ...months.map(({ count }) => count));
  const total = months.reduce((sum, { count }) => sum + count, 0);
  const words = months
    .map(({ key, count }) => `${long.format(calendarDay(`${key}-01`))}: ${count}`)
    .join("; ");
  return (
    <Card className="p-5">
      <h2 className="text-sm font-medium text-muted">
        <span className="text-xl font-bold text-text">{total}</span>{" "}
        {total === 1 ? "dance" : "dances"} filmed in {months.length} months
      </h2>
      <svg
        role="img"
        aria-label={`Matches completed by month. ${words}`}
        viewBox={`0 0 ${COLUMN * months.length} ${HEAD + HEIGHT + FOOT}`}
        className="w-full max-w-md pt-3 text-xs"
      >
        {months.map(({ key, count }, index) => {
          const middle = index * COLUMN + COLUMN / 2;
          const height = count === 0 ? 3 : Math.max(8, (count / most) * HEIGHT);
          return (
            <g key={key} textAnchor="middle">
              {count > 0 && (
                <text x={middle} y={HEAD + HEIGHT - height - 6} className="fill-text font-semibold">
                  {count}
                </text>
              )}
              <rect
                x={middle - BAR / 2}
                y={HEAD + HEIGHT - height}
                width={BAR}
                height={height}
                rx={count === 0 ? 1.5 : 5}
                className={count === 0 ? "fill-raised" : "fill-second"}
              />
              <text x={middle} y={HEAD + HEIGHT + FOOT - 6} className="fill-muted">
                {short.format(calendarDay(`${key}-01`))}
              </text>
            </g>
          );
        })}
      </svg>
    </Card>
  );
}
