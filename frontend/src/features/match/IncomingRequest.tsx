import { Check, X } from "lucide-react";
import { useState } from "react";
import { useMatch as useRouteMatch, useNavigate } from "react-router";
import { Avatar } from "../../components/Avatar";
import { Button, IconButton } from "../../components/Button";
import { useToast } from "../../components/Toast";
import { messageOf } from "../../lib/api/problem";
import type { Match } from "../../lib/api/types";
import { useMoveMatch } from "./use-move-match";

/** Somebody asks to film each other: answered in one press, wherever one is. */
export function IncomingRequest({ requests }: { requests: readonly Match[] }) {
  const [later, setLater] = useState<readonly string[]>([]);
  const move = useMoveMatch();
  const toast = useToast();
  const navigate = useNavigate();
  // There the request stands on the page itself.
  const onMatches = useRouteMatch("/matches/*") !== null;
  const request = requests.find(({ id }) => !later.includes(id));

  const answer = (match: Match, status: "accepted" | "declined") => {
    move.mutate(
      { matchId: match.id, status },
      {
        onSuccess: () => {
          if (status === "accepted") void navigate(`/matches/${match.id}`);
        },
        onError: (error) => toast(messageOf(error), "danger"),
      },
    );
  };

  return (
    <div role="status">
      {request && !onMatches && (
        <div className="px-3 pt-3">
          <section
            aria-label={`Request from ${request.partner.username}`}
            className="mx-auto flex max-w-3xl animate-arrive flex-wrap items-center gap-3 rounded bg-raised p-3 shadow-lifted"
          >
            <Avatar person={request.partner} />
            <p className="min-w-0 flex-1 basis-40 text-sm">
              <span className="font-semibold">{request.partner.username}</span> asks to film each
              other
              <span className="block truncate text-muted">{request.event.name}</span>
            </p>
            <IconButton
              label="Answer later"
              className="sm:order-last"
              onClick={() => setLater([...later, request.id])}
            >
              <X className="size-5" aria-hidden="true" />
            </IconButton>
            <div className="flex w-full gap-2 sm:w-auto">
              <Button
                variant="outline"
                className="flex-1 sm:flex-none"
                onClick={() => answer(request, "declined")}
              >
                Decline
              </Button>
              <Button
                variant="primary"
                className="flex-1 sm:flex-none"
                icon={<Check className="size-5" aria-hidden="true" />}
                busy={move.isPending && move.variables.status === "accepted"}
                onClick={() => answer(request, "accepted")}
              >
                Accept
              </Button>
            </div>
          </section>
        </div>
      )}
    </div>
  );
}
