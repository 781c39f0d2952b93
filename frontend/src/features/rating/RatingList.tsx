import { Link } from "react-router";
import { Avatar } from "../../components/Avatar";
import { ErrorState } from "../../components/EmptyState";
import { ShowMore } from "../../components/ShowMore";
import { RowsSkeleton } from "../../components/Skeleton";
import { Stars } from "../../components/Stars";
import { date } from "../../lib/time";
import { useRatings } from "./use-ratings";

/** What partners said. */
export function RatingList({ userId }: { userId: string }) {
  const ratings = useRatings(userId);
  if (ratings.isPending) return <RowsSkeleton label="Loading ratings" rows={3} />;
  if (ratings.isLoadingError)
    return <ErrorState error={ratings.error} onRetry={() => void ratings.refetch()} />;
  return (
    <>
      <ul className="flex flex-col divide-y divide-line">
        {ratings.data.map((rating) => (
          <li key={`${rating.matchId}:${rating.rater.id}`} className="flex gap-3 py-4">
            <Avatar person={rating.rater} />
            <div className="min-w-0 grow">
              <p className="flex items-center gap-2">
                <Link
                  to={`/people/${rating.rater.username}`}
                  className="truncate font-semibold hover:underline"
                >
                  {rating.rater.username}
                </Link>
                <span className="ml-auto">
                  <Stars score={rating.score} />
                </span>
              </p>
              <p className="truncate text-sm text-muted">
                {rating.event.name} · {date(rating.createdAt)}
              </p>
              {rating.comment && <p className="pt-1">“{rating.comment}”</p>}
            </div>
          </li>
        ))}
      </ul>
      <ShowMore list={ratings} />
    </>
  );
}
