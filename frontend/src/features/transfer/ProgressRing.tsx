const RADIUS = 20;
const LENGTH = 2 * Math.PI * RADIUS;

/**
 * How far it is: a ring with the percentage inside. `share` goes from 0 to 1. It jumps from value to value, as
 * gliding would paint all the while, on the processor that the transfer needs.
 */
export function ProgressRing({ share, label }: { share: number; label: string }) {
  const percent = Math.floor(share * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className="relative size-14 shrink-0"
    >
      <svg viewBox="0 0 48 48" className="size-full -rotate-90" aria-hidden="true">
        <circle cx="24" cy="24" r={RADIUS} fill="none" strokeWidth="4" className="stroke-raised" />
        <circle
          cx="24"
          cy="24"
          r={RADIUS}
          fill="none"
          strokeWidth="4"
          strokeLinecap="round"
          strokeDasharray={LENGTH}
          strokeDashoffset={LENGTH * (1 - share)}
          className="stroke-second"
        />
      </svg>
      <span className="absolute inset-0 grid place-items-center text-xs font-semibold tabular-nums">
        {percent}%
      </span>
    </div>
  );
}
