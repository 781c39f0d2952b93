import { Ban, Flag, ListOrdered, Lock, UserRound } from "lucide-react";
import { useState } from "react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { Button } from "../../components/Button";
import { Sheet } from "../../components/Sheet";
import { useToast } from "../../components/Toast";
import { messageOf } from "../../lib/api/problem";
import type { Match } from "../../lib/api/types";
import { MatchTimeline } from "./MatchTimeline";
import { useMoveMatch } from "./use-move-match";

interface MatchMenuProps {
  match: Match;
  meId: string;
  onClose: () => void;
  onReport: () => void;
  /** None where it is encrypted already, or asked for. */
  onEncrypt: (() => void) | undefined;
}

/** Everything about a match that is not the next step. */
export function MatchMenu({ match, meId, onClose, onReport, onEncrypt }: MatchMenuProps) {
  const [view, setView] = useState<"menu" | "timeline" | "cancel" | "encrypt">("menu");
  const cancellable =
    match.status === "accepted" || (match.status === "pending" && match.requester.id === meId);

  if (view === "timeline") {
    return (
      <Sheet key={view} title="What happened" onClose={onClose}>
        <div className="py-3">
          <MatchTimeline match={match} meId={meId} />
        </div>
      </Sheet>
    );
  }
  if (view === "cancel") {
    return (
      <Sheet key={view} title="Cancel this match?" onClose={onClose}>
        <CancelMatch match={match} onDone={onClose} />
      </Sheet>
    );
  }
  if (view === "encrypt" && onEncrypt) {
    return (
      <Sheet key={view} title="Encrypt this conversation?" onClose={onClose}>
        <Encrypt name={match.partner.username} onCancel={onClose} onEncrypt={onEncrypt} />
      </Sheet>
    );
  }
  return (
    <Sheet key={view} title={match.partner.username} onClose={onClose}>
      <ul className="pb-2">
        <Item icon={ListOrdered} onClick={() => setView("timeline")}>
          What happened
        </Item>
        <li>
          <Link to={`/people/${match.partner.username}`} className={ITEM}>
            <UserRound className="size-5 text-muted" aria-hidden="true" />
            Profile
          </Link>
        </li>
        {onEncrypt && (
          <Item icon={Lock} onClick={() => setView("encrypt")}>
            Encrypt this conversation
          </Item>
        )}
        {cancellable && (
          <Item icon={Ban} onClick={() => setView("cancel")}>
            Cancel the match
          </Item>
        )}
        <Item icon={Flag} onClick={onReport}>
          Report {match.partner.username}
        </Item>
      </ul>
    </Sheet>
  );
}

const ITEM =
  "-mx-3 flex min-h-touch w-[calc(100%+1.5rem)] items-center gap-3 rounded px-3 py-2 text-left hover:bg-raised";

interface ItemProps {
  icon: typeof Ban;
  onClick: () => void;
  children: ReactNode;
}

function Item({ icon: Icon, onClick, children }: ItemProps) {
  return (
    <li>
      <button type="button" onClick={onClick} className={ITEM}>
        <Icon className="size-5 text-muted" aria-hidden="true" />
        <span>{children}</span>
      </button>
    </li>
  );
}

interface EncryptProps {
  name: string;
  onCancel: () => void;
  onEncrypt: () => void;
}

function Encrypt({ name, onCancel, onEncrypt }: EncryptProps) {
  return (
    <div className="flex flex-col gap-4 py-2">
      <p>
        Once {name} agrees too, only the devices on which you two are signed in can read what you
        write. This server cannot, and neither can moderators, unless one of you reports a message
        and shows it to them.
      </p>
      <ul className="list-disc pl-5 text-muted">
        <li>A device you sign in on later cannot read what was written before.</li>
        <li>Clear this site’s data and what was written is gone on this device.</li>
        <li>There is no way back: it stays on.</li>
      </ul>
      <div className="flex gap-3">
        <Button className="flex-1" onClick={onCancel}>
          Not now
        </Button>
        <Button variant="outline" className="flex-1" onClick={onEncrypt}>
          Ask {name}
        </Button>
      </div>
    </div>
  );
}

function CancelMatch({ match, onDone }: { match: Match; onDone: () => void }) {
  const move = useMoveMatch();
  const toast = useToast();
  return (
    <div className="flex flex-col gap-4 py-2">
      <p className="text-muted">
        {match.partner.username} will be told. You two cannot match again at this event.
      </p>
      <div className="flex gap-3">
        <Button className="flex-1" onClick={onDone}>
          Keep it
        </Button>
        <Button
          variant="danger"
          className="flex-1"
          busy={move.isPending}
          onClick={() => {
            move.mutate(
              { matchId: match.id, status: "cancelled" },
              {
                onSuccess: onDone,
                onError: (error) => toast(messageOf(error), "danger"),
              },
            );
          }}
        >
          Cancel the match
        </Button>
      </div>
    </div>
  );
}
