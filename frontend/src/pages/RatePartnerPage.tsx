import { useNavigate, useParams } from "react-router";
import { Avatar } from "../components/Avatar";
import { ButtonLink } from "../components/Button";
import { PageHeader } from "../components/PageHeader";
import { RoomError, RoomSkeleton } from "../components/RoomStates";
import { useToast } from "../components/Toast";
import { useMe } from "../features/auth/AuthContext";
import { useMatch } from "../features/match/use-match";
import { RatingForm } from "../features/rating/RatingForm";
import { RatingPair } from "../features/rating/RatingPair";
import type { Match } from "../lib/api/types";

export function RatePartnerPage() {
  const { id = "" } = useParams();
  const match = useMatch(id);
  const back = { to: `/matches/${id}`, label: "Back to the match" };
  if (match.isPending) return <RoomSkeleton back={back} label="Loading the match" />;
  if (match.isLoadingError) {
    return (
      <RoomError
        back={back}
        title="Rating"
        missing="There is no such match, or it is between other people."
        error={match.error}
        onRetry={() => void match.refetch()}
      />
    );
  }
  const { partner, event } = match.data;
  return (
    <>
      <PageHeader
        title={match.data.rating.mine ? "Your ratings" : `Rate ${partner.username}`}
        subtitle={event.name}
        back={back}
        face={<Avatar person={partner} />}
      />
      <div className="scroll-area grow">
        <div className="pb-safe mx-auto flex w-full max-w-lg flex-col gap-6 px-4 pt-6 lg:pt-10">
          <Content match={match.data} />
        </div>
      </div>
    </>
  );
}

function Content({ match }: { match: Match }) {
  const me = useMe();
  const toast = useToast();
  const navigate = useNavigate();
  if (match.rating.mine) {
    return (
      <>
        <RatingPair match={match} me={me} />
        <ButtonLink to="/history">Your history</ButtonLink>
      </>
    );
  }
  if (match.status !== "completed") {
    return (
      <>
        <p className="text-muted">
          You can rate {match.partner.username} once one of you has said that everything was handed
          over.
        </p>
        <ButtonLink to={`/matches/${match.id}`} variant="primary">
          Back to the match
        </ButtonLink>
      </>
    );
  }
  return (
    <RatingForm
      matchId={match.id}
      partner={match.partner}
      onRated={() => {
        toast("Thank you. Your rating is in.", "success");
        void navigate(`/matches/${match.id}`, { replace: true });
      }}
    />
  );
}
