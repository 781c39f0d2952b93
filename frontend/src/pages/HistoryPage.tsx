import { History } from "lucide-react";
import { useMemo } from "react";
import { ButtonLink } from "../components/Button";
import { EmptyState, ErrorState } from "../components/EmptyState";
import { PageTitle } from "../components/PageHeader";
import { ShowMore } from "../components/ShowMore";
import { Loading, RowsSkeleton, Skeleton } from "../components/Skeleton";
import { useMe } from "../features/auth/AuthContext";
import { eveningsOf, monthsOf } from "../features/match/evenings";
import { EveningTimeline } from "../features/match/EveningTimeline";
import { MonthChart } from "../features/match/MonthChart";
import { useMatches } from "../features/match/use-matches";
import { ReceivedRatings } from "../features/rating/ReceivedRatings";

const MONTHS = 6;

export function HistoryPage() {
  const me = useMe();
  const matches = useMatches({ status: "completed" });
  const evenings = useMemo(() => eveningsOf(matches.data ?? []), [matches.data]);
  const months = useMemo(() => monthsOf(matches.data ?? [], MONTHS), [matches.data]);

  return (
    <>
      <PageTitle>History</PageTitle>
      {matches.isPending ? (
        <>
          <Loading label="Loading history">
            <Skeleton className="h-48" />
          </Loading>
          <RowsSkeleton label="Loading history" />
        </>
      ) : matches.isLoadingError ? (
        <ErrorState error={matches.error} onRetry={() => void matches.refetch()} />
      ) : matches.data.length === 0 ? (
        <EmptyState
          icon={History}
          title="Your evenings will stand here"
          action={
            <ButtonLink to="/events" variant="primary">
              Find your event
            </ButtonLink>
          }
        >
          Each time you and a partner filmed each other, it is kept here with what you both thought.
        </EmptyState>
      ) : (
        <>
          <MonthChart months={months} />
          <section aria-label="Evenings" className="flex flex-col gap-4">
            <h2 className="text-lg font-semibold">Evenings</h2>
            <EveningTimeline evenings={evenings} />
            <ShowMore list={matches}>Earlier evenings</ShowMore>
          </section>
          <ReceivedRatings userId={me.id} title="What partners said about you" />
        </>
      )}
    </>
  );
}
