import { CalendarPlus, CalendarSearch } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useNavigate } from "react-router";
import { Button } from "../components/Button";
import { EmptyState, ErrorState } from "../components/EmptyState";
import { PageTitle } from "../components/PageHeader";
import { ShowMore } from "../components/ShowMore";
import { useToast } from "../components/Toast";
import { useMe } from "../features/auth/AuthContext";
import { useUnread } from "../features/chat/use-unread";
import { AnnounceEventSheet } from "../features/events/AnnounceEventSheet";
import { featured } from "../features/events/event-phase";
import { EventList } from "../features/events/EventList";
import { EventSearch, type Span } from "../features/events/EventSearch";
import { EventsSkeleton, FeaturedSkeleton } from "../features/events/EventsSkeleton";
import { FeaturedEvent } from "../features/events/FeaturedEvent";
import { useEvents } from "../features/events/use-events";
import { useJoinEvent } from "../features/events/use-join-event";
import { messageOf } from "../lib/api/problem";
import type { DanceEvent } from "../lib/api/types";
import { dayKey } from "../lib/time";

export function EventsPage() {
  const me = useMe();
  const navigate = useNavigate();
  const toast = useToast();
  const [text, setText] = useState("");
  const [span, setSpan] = useState<Span>("coming");
  const [announcing, setAnnouncing] = useState(false);
  const query = useDeferredValue(text.trim());
  const events = useEvents({
    query: query || undefined,
    from: span === "coming" ? dayKey(new Date()) : undefined,
    joined: span === "joined" ? true : undefined,
  });
  const join = useJoinEvent();
  const unread = useUnread();

  const mayAnnounce = me.roles.some((role) => role === "organizer" || role === "admin");
  const list = events.data ?? [];
  const first = query === "" && span === "coming" ? featured(list) : undefined;
  const open = (event: DanceEvent) => void navigate(`/events/${event.slug}`);

  return (
    <>
      <PageTitle
        action={
          mayAnnounce && (
            <Button
              variant="outline"
              icon={<CalendarPlus className="size-5" aria-hidden="true" />}
              onClick={() => setAnnouncing(true)}
            >
              Announce
            </Button>
          )
        }
      >
        Events
      </PageTitle>
      {first ? (
        <FeaturedEvent
          event={first}
          busy={join.isPending}
          unread={unread.of({ eventId: first.id })}
          onJoin={() => {
            join.mutate(first, {
              onSuccess: open,
              onError: (error) => toast(messageOf(error), "danger"),
            });
          }}
        />
      ) : (
        events.isPending && query === "" && span === "coming" && <FeaturedSkeleton />
      )}
      <EventSearch text={text} onText={setText} span={span} onSpan={setSpan} />
      {events.isPending ? (
        <EventsSkeleton />
      ) : events.isLoadingError ? (
        <ErrorState error={events.error} onRetry={() => void events.refetch()} />
      ) : list.length === 0 ? (
        <NoEvents
          searched={query !== ""}
          span={span}
          onAll={() => {
            setText("");
            setSpan("all");
          }}
        />
      ) : (
        <EventList
          events={list.filter(({ id }) => id !== first?.id)}
          unread={(eventId) => unread.of({ eventId })}
        />
      )}
      <ShowMore list={events} />
      {announcing && (
        <AnnounceEventSheet
          onClose={() => setAnnouncing(false)}
          onAnnounced={(event) => {
            setAnnouncing(false);
            toast(`${event.name} is announced.`, "success");
          }}
        />
      )}
    </>
  );
}

interface NoEventsProps {
  searched: boolean;
  span: Span;
  onAll: () => void;
}

function NoEvents({ searched, span, onAll }: NoEventsProps) {
  return (
    <EmptyState
      icon={CalendarSearch}
      title={
        searched ? "Nothing found" : span === "joined" ? "You joined no event yet" : "No events yet"
      }
      action={(searched || span !== "all") && <Button onClick={onAll}>Show all events</Button>}
    >
      {searched
        ? "Try another name or place."
        : "Join the event you are dancing at, and find somebody to film you there."}
    </EmptyState>
  );
}
