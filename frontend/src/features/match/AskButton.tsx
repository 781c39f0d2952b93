import { Button, ButtonLink } from "../../components/Button";
import { useToast } from "../../components/Toast";
import { Problem, messageOf } from "../../lib/api/problem";
import type { Match, UserSummary } from "../../lib/api/types";
import { useAsk } from "./use-ask";

interface AskButtonProps {
  person: UserSummary;
  eventId: string;
  /** One's matches at this event. */
  matches: readonly Match[];
}

/** "Ask to film each other", or where that already stands. */
export function AskButton({ person, eventId, matches }: AskButtonProps) {
  const ask = useAsk();
  const toast = useToast();
  const match = matches.find(({ partner }) => partner.id === person.id);

  if (match) {
    return (
      <ButtonLink to={`/matches/${match.id}`} variant="ghost" className="shrink-0 px-4 text-sm">
        {linkWords(match, person.id)}
        <span className="sr-only">, match with {person.username}</span>
      </ButtonLink>
    );
  }
  return (
    <Button
      variant="outline"
      className="shrink-0 px-4 text-sm"
      aria-label={`Ask ${person.username} to film each other`}
      busy={ask.isPending}
      onClick={() => {
        ask.mutate(
          { targetUserId: person.id, eventId },
          {
            onSuccess: () => toast(`${person.username} was asked.`, "success"),
            onError: (error) => {
              if (error instanceof Problem && error.code === "match_exists") {
                toast(`You and ${person.username} already have a match here.`);
              } else toast(messageOf(error), "danger");
            },
          },
        );
      }}
    >
      Ask to film
    </Button>
  );
}

function linkWords({ status, requester }: Match, personId: string): string {
  switch (status) {
    case "pending":
      return requester.id === personId ? "Answer" : "Asked";
    case "accepted":
    case "completed":
      return "Open match";
    case "declined":
      return "Declined";
    case "cancelled":
      return "Cancelled";
  }
}
