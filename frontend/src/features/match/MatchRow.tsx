import { ChevronRight } from "lucide-react";
import { Link } from "react-router";
import { Avatar } from "../../components/Avatar";
import { UnreadBadge } from "../../components/UnreadBadge";
import type { Match } from "../../lib/api/types";
import { ago } from "../../lib/time";
import { stateWords } from "./match-progress";

interface MatchRowProps {
  match: Match;
  meId: string;
  unread: number;
}

export function MatchRow({ match, meId, unread }: MatchRowProps) {
  return (
    <li>
      <Link
        to={`/matches/${match.id}`}
        className="-mx-2 flex items-center gap-3 rounded px-2 py-3 transition-colors hover:bg-surface"
      >
        <Avatar person={match.partner} size="lg" />
        <span className="min-w-0 grow">
          <span className="flex items-baseline gap-2">
            <span className="truncate font-semibold">{match.partner.username}</span>
            <span className="ml-auto shrink-0 text-xs text-muted">{ago(match.updatedAt)}</span>
          </span>
          <span className="block truncate text-sm text-second">{stateWords(match, meId)}</span>
          <span className="block truncate text-sm text-muted">{match.event.name}</span>
        </span>
        <UnreadBadge count={unread} />
        <ChevronRight className="size-5 shrink-0 text-muted" aria-hidden="true" />
      </Link>
    </li>
  );
}
