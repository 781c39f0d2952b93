import { ErrorState } from "../../components/EmptyState";
import { Loading, Skeleton } from "../../components/Skeleton";
import { RatingList } from "./RatingList";
import { RatingSummary } from "./RatingSummary";
import { useRatingStats } from "./use-rating-stats";

/** All that others said about somebody, in numbers and in words. */
export function ReceivedRatings({ userId, title }: { userId: string; title: string }) {
  const stats = useRatingStats(userId);
  return (
    <section aria-label={title} className="flex flex-col gap-3">
      <h2 className="text-lg font-semibold">{title}</h2>
      {stats.isPending ? (
        <Loading label="Loading ratings">
          <Skeleton className="h-44" />
        </Loading>
      ) : stats.isLoadingError ? (
        <ErrorState error={stats.error} onRetry={() => void stats.refetch()} />
      ) : (
        <>
          <RatingSummary stats={stats.data} />
          {stats.data.count > 0 && <RatingList userId={userId} />}
        </>
      )}
    </section>
  );
}
