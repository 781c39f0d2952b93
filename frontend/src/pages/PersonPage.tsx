import { Flag, SearchX } from "lucide-react";
import { useState } from "react";
import { Navigate, useParams } from "react-router";
import { Button, ButtonLink } from "../components/Button";
import { EmptyState, ErrorState } from "../components/EmptyState";
import { PageTitle } from "../components/PageHeader";
import { Loading, Skeleton } from "../components/Skeleton";
import { useMe } from "../features/auth/AuthContext";
import { PersonCard } from "../features/people/PersonCard";
import { ReportSheet } from "../features/people/ReportSheet";
import { usePerson } from "../features/people/use-person";
import { ReceivedRatings } from "../features/rating/ReceivedRatings";
import { Problem } from "../lib/api/problem";

/** Somebody else's public profile. */
export function PersonPage() {
  const { username = "" } = useParams();
  const me = useMe();
  const person = usePerson(username);
  const [reporting, setReporting] = useState(false);

  if (username === me.username) return <Navigate to="/profile" replace />;
  if (person.isPending) {
    return (
      <Loading label="Loading profile">
        <div className="flex flex-col items-center gap-4 py-6">
          <Skeleton className="size-24 rounded-full" />
          <Skeleton className="h-6 w-40" />
          <Skeleton className="h-44 w-full" />
        </div>
      </Loading>
    );
  }
  if (person.isLoadingError) {
    const missing = person.error instanceof Problem && person.error.status === 404;
    return missing ? (
      <EmptyState
        icon={SearchX}
        title="Nobody by that name"
        action={<ButtonLink to="/events">Events</ButtonLink>}
      >
        They may have changed their username or left.
      </EmptyState>
    ) : (
      <ErrorState error={person.error} onRetry={() => void person.refetch()} />
    );
  }
  return (
    <>
      <div className="sr-only">
        <PageTitle>{person.data.username}</PageTitle>
      </div>
      <PersonCard person={person.data} />
      <ReceivedRatings userId={person.data.id} title="What partners said" />
      <Button
        variant="ghost"
        className="self-center"
        icon={<Flag className="size-5" aria-hidden="true" />}
        onClick={() => setReporting(true)}
      >
        Report {person.data.username}
      </Button>
      {reporting && (
        <ReportSheet person={person.data} matchId={null} onClose={() => setReporting(false)} />
      )}
    </>
  );
}
