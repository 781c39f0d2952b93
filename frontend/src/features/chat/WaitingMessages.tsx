import { Clock3, RotateCw, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { IconButton } from "../../components/Button";
import { Bubble } from "./Bubble";
import type { Room } from "../../lib/socket-rooms";
import { useLookAt } from "./OutboxContext";
import type { Outgoing } from "./outbox-store";

interface WaitingMessagesProps {
  room: Room;
  waiting: readonly Outgoing[];
  onRetry: (id: string) => void;
  onDiscard: (id: string) => void;
}

/** What one wrote and the server does not have yet. */
export function WaitingMessages({ room, waiting, onRetry, onDiscard }: WaitingMessagesProps) {
  useLookAt(room);
  if (waiting.length === 0) return null;
  return (
    <ol aria-label="Not sent yet" className="flex flex-col gap-2 pt-3">
      {waiting.map(({ id, content, refusal }) => (
        <li key={id} className="flex flex-col items-end gap-1">
          <Bubble mine waiting>
            {content}
          </Bubble>
          {refusal === undefined ? (
            <Pending />
          ) : (
            <div className="flex items-center gap-1 text-sm text-danger">
              <span>Not sent: {refusal}</span>
              <IconButton label="Send again" onClick={() => onRetry(id)}>
                <RotateCw className="size-5" aria-hidden="true" />
              </IconButton>
              <IconButton label="Discard" onClick={() => onDiscard(id)}>
                <Trash2 className="size-5" aria-hidden="true" />
              </IconButton>
            </div>
          )}
        </li>
      ))}
    </ol>
  );
}

/** An answer usually comes at once; words appear only when it does not. */
const PATIENCE_MS = 1_000;

function Pending() {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <span className="flex min-h-5 items-center gap-1.5 px-1 text-xs text-muted">
      {late && (
        <>
          <Clock3 className="size-3.5" aria-hidden="true" />
          Will be sent
        </>
      )}
    </span>
  );
}
