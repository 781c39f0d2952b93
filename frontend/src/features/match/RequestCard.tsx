import { Check } from "lucide-react";
import { Link } from "react-router";
import { Avatar } from "../../components/Avatar";
import { Button } from "../../components/Button";
import { useToast } from "../../components/Toast";
import { messageOf } from "../../lib/api/problem";
import type { Match } from "../../lib/api/types";
import { ago } from "../../lib/time";
import { useMoveMatch } from "./use-move-match";

/** A request waiting for my answer. Only the first of them is `prominent`. */
export function RequestCard({ match, prominent }: { match: Match; prominent: boolean }) {
  const move = useMoveMatch();
  const toast = useToast();
  const answer = (status: "accepted" | "declined") => {
    move.mutate(
      { matchId: match.id, status },
      { onError: (error) => toast(messageOf(error), "danger") },
    );
  };
  return (
    <li className="flex flex-col gap-4 rounded bg-surface p-4 ring-1 ring-line/60 sm:flex-row sm:items-center">
      <Link to={`/matches/${match.id}`} className="flex min-w-0 grow items-center gap-3 rounded">
        <Avatar person={match.partner} size="lg" />
        <span className="min-w-0">
          <span className="block truncate font-semibold">{match.partner.username}</span>
          <span className="block truncate text-sm text-second">asked {ago(match.createdAt)}</span>
          <span className="block truncate text-sm text-muted">{match.event.name}</span>
        </span>
      </Link>
      <div className="flex gap-2">
        <Button
          variant="outline"
          className="flex-1"
          aria-label={`Decline ${match.partner.username}`}
          busy={move.isPending && move.variables.status === "declined"}
          onClick={() => answer("declined")}
        >
          Decline
        </Button>
        <Button
          variant={prominent ? "primary" : "quiet"}
          className="flex-1"
          aria-label={`Accept ${match.partner.username}`}
          icon={<Check className="size-5" aria-hidden="true" />}
          busy={move.isPending && move.variables.status === "accepted"}
          onClick={() => answer("accepted")}
        >
          Accept
        </Button>
      </div>
    </li>
  );
}
