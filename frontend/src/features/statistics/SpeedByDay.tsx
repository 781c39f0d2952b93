import { Card } from "../../components/Card";
import type { Percentiles, TransferDay } from "../../lib/api/types";
import { columnOf, DayAxis, FRAME } from "./DayAxis";
import { Figure } from "./Figure";
import { speed } from "./numbers";

type Measured = TransferDay & { speed: Percentiles };

/** How fast videos went: where the middle of each day was, and how far from it most were. */
export function SpeedByDay({ days }: { days: readonly TransferDay[] }) {
  const measured = days.filter((day): day is Measured => day.speed !== null);
  const most = Math.max(1, ...measured.map((day) => day.speed.p90));
  const y = (bytesPerSecond: number) => FRAME.bottom - (bytesPerSecond / most) * FRAME.height;
  const label =
    measured.length === 0
      ? "No video was completed on these days"
      : `Median speed by day, from ${speed(Math.min(...measured.map((day) => day.speed.p50)))} to ${speed(Math.max(...measured.map((day) => day.speed.p50)))}`;
  return (
    <Figure
      title="Speed"
      note="Of completed videos: a dot for the middle, a line from the slowest tenth to the fastest."
      columns={["Day", "Slowest tenth", "Middle", "Fastest tenth"]}
      rows={measured.map(({ day, speed: { p10, p50, p90 } }) => [
        day,
        speed(p10),
        speed(p50),
        speed(p90),
      ])}
      chart={
        <Card>
          <DayAxis label={label} days={days.map(({ day }) => day)} most={speed(most)}>
            {days.map((day, index) => {
              if (day.speed === null) return null;
              const { middle, width } = columnOf(index, days.length);
              return (
                <g key={day.day}>
                  <line
                    x1={middle}
                    x2={middle}
                    y1={y(day.speed.p10)}
                    y2={y(day.speed.p90)}
                    strokeWidth={Math.max(2, width / 4)}
                    strokeLinecap="round"
                    className="stroke-second/50"
                  />
                  <circle
                    cx={middle}
                    cy={y(day.speed.p50)}
                    r={Math.min(5, Math.max(2.5, width / 3))}
                    className="fill-second"
                  />
                </g>
              );
            })}
          </DayAxis>
        </Card>
      }
    />
  );
}
