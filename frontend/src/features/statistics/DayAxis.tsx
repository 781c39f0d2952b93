import type { ReactNode } from "react";
import { shortDay } from "../../lib/time";

/** So narrow that what is written in it can be read on a phone. */
const WIDTH = 400;
const LEFT = 56;

/** Where days are drawn, in the chart's own units. */
export const FRAME = { height: 140, bottom: 152 };

/** A day's column among so many. */
export function columnOf(index: number, of: number): { x: number; middle: number; width: number } {
  const step = (WIDTH - LEFT) / of;
  const width = Math.min(24, step * 0.7);
  const middle = LEFT + (index + 0.5) * step;
  return { x: middle - width / 2, middle, width };
}

interface DayAxisProps {
  label: string;
  days: readonly string[];
  /** What the top line stands for. */
  most: string;
  children: ReactNode;
}

/** Days from left to right above a line, and what the top is. */
export function DayAxis({ label, days, most, children }: DayAxisProps) {
  const { height, bottom } = FRAME;
  const [first] = days;
  const last = days.at(-1);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${WIDTH} ${bottom + 28}`}
      className="w-full max-w-xl text-xs"
    >
      {[bottom - height, bottom].map((y) => (
        <line key={y} x1={LEFT} x2={WIDTH} y1={y} y2={y} className="stroke-line" />
      ))}
      <text x={LEFT - 8} y={bottom - height + 5} textAnchor="end" className="fill-muted">
        {most}
      </text>
      <text x={LEFT - 8} y={bottom} textAnchor="end" className="fill-muted">
        0
      </text>
      {children}
      {first && (
        <text x={LEFT} y={bottom + 22} className="fill-muted">
          {shortDay(first)}
        </text>
      )}
      {last && last !== first && (
        <text x={WIDTH} y={bottom + 22} textAnchor="end" className="fill-muted">
          {shortDay(last)}
        </text>
      )}
    </svg>
  );
}
