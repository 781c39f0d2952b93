import { Loading, RowsSkeleton, Skeleton } from "../../components/Skeleton";

export function EventsSkeleton() {
  return (
    <>
      <Loading label="Loading events">
        <Skeleton className="h-64" />
      </Loading>
      <RowsSkeleton label="Loading events" rows={5} />
    </>
  );
}
