import { Clapperboard } from "lucide-react";
import { ButtonLink } from "../components/Button";
import { EmptyState, ErrorState } from "../components/EmptyState";
import { PageTitle } from "../components/PageHeader";
import { ShowMore } from "../components/ShowMore";
import { RowsSkeleton } from "../components/Skeleton";
import { useMe } from "../features/auth/AuthContext";
import { useUnread } from "../features/chat/use-unread";
import { MatchSections } from "../features/match/MatchSections";
import { useMatches } from "../features/match/use-matches";

export function MatchesPage() {
  const me = useMe();
  const matches = useMatches();
  const unread = useUnread();
  return (
    <>
      <PageTitle>Matches</PageTitle>
      {matches.isPending ? (
        <RowsSkeleton label="Loading matches" />
      ) : matches.isLoadingError ? (
        <ErrorState error={matches.error} onRetry={() => void matches.refetch()} />
      ) : matches.data.length === 0 ? (
        <EmptyState
          icon={Clapperboard}
          title="I film you, you film me"
          action={
            <ButtonLink to="/events" variant="primary">
              Find your event
            </ButtonLink>
          }
        >
          Open the chat of your event, tap the faces on top, and ask somebody to film each other.
        </EmptyState>
      ) : (
        <MatchSections
          matches={matches.data}
          meId={me.id}
          unread={(matchId) => unread.of({ matchId })}
        />
      )}
      <ShowMore list={matches} />
    </>
  );
}
