import { Hourglass } from "lucide-react";
import { Avatar } from "../../components/Avatar";
import { Stars } from "../../components/Stars";
import type { Match, Rating, UserSummary } from "../../lib/api/types";
import { date } from "../../lib/time";

interface RatingPairProps {
  match: Match;
  me: UserSummary;
}

/** What both gave; the partner's stays closed until both have rated or the time has run out. */
export function RatingPair({ match, me }: RatingPairProps) {
  const { mine, partners, revealed, revealsAt } = match.rating;
  const { partner } = match;
  return (
    <div className="flex flex-col gap-3">
      {mine && <Given title={`You about ${partner.username}`} by={me} rating={mine} />}
      {partners ? (
        <Given title={`${partner.username} about you`} by={partner} rating={partners} />
      ) : (
        <p className="flex gap-3 rounded bg-surface p-4 text-muted">
          <Hourglass className="mt-0.5 size-5 shrink-0" aria-hidden="true" />
          {revealed
            ? `${partner.username} did not rate in time.`
            : revealsAt
              ? `${partner.username}’s rating opens once they have rated too, or on ${date(revealsAt)}.`
              : `${partner.username}’s rating opens once they have rated too.`}
        </p>
      )}
    </div>
  );
}

function Given({ title, by, rating }: { title: string; by: UserSummary; rating: Rating }) {
  return (
    <section aria-label={title} className="flex flex-col gap-3 rounded bg-surface p-4">
      <header className="flex items-center gap-3">
        <Avatar person={by} />
        <h2 className="min-w-0 grow font-semibold [overflow-wrap:anywhere]">{title}</h2>
        <Stars score={rating.score} />
      </header>
      {rating.comment && <p>“{rating.comment}”</p>}
      <p className="text-sm text-muted">
        {rating.wouldCollaborateAgain
          ? "Would film together again"
          : "Would rather not film together again"}
      </p>
    </section>
  );
}
