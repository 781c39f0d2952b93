import { classNames } from "./class-names";

/** One grey shape of the layout to come. */
export function Skeleton({ className }: { className?: string }) {
  return <div className={classNames("animate-breathe rounded bg-raised", className)} />;
}

/** Wraps shapes, and says once, to those who cannot see them, that something is loading. */
export function Loading({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div role="status" aria-label={label}>
      <div aria-hidden="true">{children}</div>
    </div>
  );
}

/** Rows of a face and two lines, as most lists here are. */
export function RowsSkeleton({ label, rows = 4 }: { label: string; rows?: number }) {
  return (
    <Loading label={label}>
      <div className="flex flex-col gap-5">
        {Array.from({ length: rows }, (_, row) => (
          <div key={row} className="flex items-center gap-3">
            <Skeleton className="size-10 rounded-full" />
            <div className="flex grow flex-col gap-2">
              <Skeleton className="h-4 w-2/5" />
              <Skeleton className="h-3.5 w-3/5" />
            </div>
          </div>
        ))}
      </div>
    </Loading>
  );
}
