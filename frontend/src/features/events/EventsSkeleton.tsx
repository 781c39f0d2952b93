import { Loading, RowsSkeleton, Skeleton } from "../../components/Skeleton";

/** Where the event that is on now will stand. */
export function FeaturedSkeleton() {
  return (
    <Loading label="Loading events">
      <Skeleton className="h-64" />
    </Loading>
  );
}

export function EventsSkeleton() {
  return <RowsSkeleton label="Loading events" rows={5} />;
}
