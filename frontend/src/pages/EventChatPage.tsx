import { LogOut, MessagesSquare } from "lucide-react";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { Button, IconButton } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import { PageHeader } from "../components/PageHeader";
import { RoomError, RoomSkeleton } from "../components/RoomStates";
import { Sheet } from "../components/Sheet";
import { useToast } from "../components/Toast";
import { useMe } from "../features/auth/AuthContext";
import { Chat } from "../features/chat/Chat";
import type { ChatMessage } from "../features/chat/chat-message";
import { useRoom } from "../features/chat/use-room";
import { JoinCall } from "../features/events/JoinCall";
import { PeopleHere } from "../features/events/PeopleHere";
import { useEvent } from "../features/events/use-event";
import { useJoinEvent } from "../features/events/use-join-event";
import { useLeaveEvent } from "../features/events/use-leave-event";
import { AskButton } from "../features/match/AskButton";
import { useMatches } from "../features/match/use-matches";
import { ReportSheet } from "../features/people/ReportSheet";
import { messageOf } from "../lib/api/problem";
import type { DanceEvent } from "../lib/api/types";
import { dateRange } from "../lib/time";

const BACK = { to: "/events", label: "Back to events" };

export function EventChatPage() {
  const { slug = "" } = useParams();
  const event = useEvent(slug);
  const join = useJoinEvent();
  const toast = useToast();

  if (event.isPending) return <RoomSkeleton back={BACK} label="Loading the event" />;
  if (event.isLoadingError) {
    return (
      <RoomError
        back={BACK}
        title="Event"
        missing="There is no such event."
        error={event.error}
        onRetry={() => void event.refetch()}
      />
    );
  }
  if (event.data.joined) return <EventRoom key={event.data.id} event={event.data} />;
  return (
    <>
      <PageHeader title={event.data.name} subtitle={event.data.location} back={BACK} />
      <JoinCall
        event={event.data}
        busy={join.isPending}
        onJoin={() => {
          join.mutate(event.data, { onError: (error) => toast(messageOf(error), "danger") });
        }}
      />
    </>
  );
}

/** Mounted only for those who joined: the room lets in nobody else. */
function EventRoom({ event }: { event: DanceEvent }) {
  const me = useMe();
  const room = { kind: "event", eventId: event.id } as const;
  const { here, refusal } = useRoom(room, me.id);
  const matches = useMatches({ eventId: event.id });
  const [leaving, setLeaving] = useState(false);
  const [reported, setReported] = useState<ChatMessage>();

  return (
    <>
      <PageHeader
        title={event.name}
        subtitle={`${event.location} · ${dateRange(event.startDate, event.endDate)}`}
        back={BACK}
        action={
          <IconButton label="Leave this event" onClick={() => setLeaving(true)}>
            <LogOut className="size-5" aria-hidden="true" />
          </IconButton>
        }
      />
      <PeopleHere
        event={event}
        here={here}
        meId={me.id}
        actionFor={(person) => (
          <AskButton person={person} eventId={event.id} matches={matches.data ?? []} />
        )}
      />
      <Chat
        room={room}
        me={me}
        onReport={setReported}
        placeholder="Say something to everyone"
        prominent
        closed={refusal && "You are not in this event any more. Leave it and join again."}
        empty={
          <EmptyState icon={MessagesSquare} title="Nobody has said anything yet">
            Say hello, or tell when you dance and that you look for somebody to film you.
          </EmptyState>
        }
      />
      {reported && (
        <ReportSheet
          person={{ ...reported, id: reported.userId }}
          matchId={null}
          message={reported}
          onClose={() => setReported(undefined)}
        />
      )}
      {leaving && <LeaveSheet event={event} onClose={() => setLeaving(false)} />}
    </>
  );
}

function LeaveSheet({ event, onClose }: { event: DanceEvent; onClose: () => void }) {
  const leave = useLeaveEvent();
  const navigate = useNavigate();
  const toast = useToast();
  return (
    <Sheet title="Leave this event?" onClose={onClose}>
      <div className="flex flex-col gap-4 py-2">
        <p className="text-muted">Your matches stay. You can join again at any time.</p>
        <div className="flex gap-3">
          <Button className="flex-1" onClick={onClose}>
            Stay
          </Button>
          <Button
            variant="danger"
            className="flex-1"
            busy={leave.isPending}
            onClick={() => {
              leave.mutate(event, {
                onSuccess: () => void navigate("/events"),
                onError: (error) => toast(messageOf(error), "danger"),
              });
            }}
          >
            Leave
          </Button>
        </div>
      </div>
    </Sheet>
  );
}
