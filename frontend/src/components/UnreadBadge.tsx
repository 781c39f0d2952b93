interface UnreadBadgeProps {
  count: number;
}

/** From here on the number says no more than "many". */
const MANY = 100;

/** How much waits to be read. */
export function UnreadBadge({ count }: UnreadBadgeProps) {
  if (count === 0) return null;
  return (
    <span className="inline-flex min-w-6 shrink-0 items-center justify-center rounded-full bg-second px-1.5 text-sm font-bold tabular-nums text-background">
      {countWords(count)}
      <span className="sr-only"> unread</span>
    </span>
  );
}

/** How much waits, as it is written. */
export function countWords(count: number): string {
  return count >= MANY ? "99+" : String(count);
}
