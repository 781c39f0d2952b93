import { Ellipsis, MessagesSquare } from "lucide-react";
import { useMemo, useState } from "react";
import { useParams } from "react-router";
import { Avatar } from "../components/Avatar";
import { IconButton } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import { PageHeader } from "../components/PageHeader";
import { RoomError, RoomSkeleton } from "../components/RoomStates";
import { useToast } from "../components/Toast";
import { Unfolding } from "../components/Unfolding";
import { useMe } from "../features/auth/AuthContext";
import { Chat } from "../features/chat/Chat";
import type { ChatMessage } from "../features/chat/chat-message";
import { EncryptionBar } from "../features/chat/encryption/EncryptionBar";
import {
  useRoomEncryption,
  type RoomEncryption,
} from "../features/chat/encryption/use-room-encryption";
import { useRoom } from "../features/chat/use-room";
import { useShareLink } from "../features/chat/use-share-link";
import { MatchMenu } from "../features/match/MatchMenu";
import { MatchTimeline } from "../features/match/MatchTimeline";
import { NextStepCard } from "../features/match/NextStepCard";
import { useMatch } from "../features/match/use-match";
import { useSignalling } from "../features/match/use-signalling";
import { ReportSheet } from "../features/people/ReportSheet";
import { useSendNow } from "../features/share/send-now";
import { TransferPanel } from "../features/transfer/TransferPanel";
import { messageOf } from "../lib/api/problem";
import type { Match } from "../lib/api/types";

const BACK = { to: "/matches", label: "Back to matches" };

export function MatchChatPage() {
  const { id = "" } = useParams();
  const match = useMatch(id);
  if (match.isPending) return <RoomSkeleton back={BACK} label="Loading the match" />;
  if (match.isLoadingError) {
    return (
      <RoomError
        back={BACK}
        title="Match"
        missing="There is no such match, or it is between other people."
        error={match.error}
        onRetry={() => void match.refetch()}
      />
    );
  }
  return <MatchRoom key={match.data.id} match={match.data} />;
}

function MatchRoom({ match }: { match: Match }) {
  const me = useMe();
  const [open, setOpen] = useState<"menu" | "report">();
  const { partner } = match;
  const talking = isTalking(match);
  const encryption = useRoomEncryption(match, me.id);
  const toast = useToast();
  const askToEncrypt = () => {
    setOpen(undefined);
    encryption.ask.mutate(undefined, { onError: (error) => toast(messageOf(error), "danger") });
  };

  return (
    <>
      <PageHeader
        title={partner.username}
        subtitle={match.event.name}
        back={BACK}
        face={<Avatar person={partner} />}
        action={
          <IconButton label="More" onClick={() => setOpen("menu")}>
            <Ellipsis className="size-5" aria-hidden="true" />
          </IconButton>
        }
      />
      <div className="flex min-h-0 grow flex-col lg:flex-row-reverse">
        <aside
          aria-label="Next step"
          className="scroll-area flex max-h-[55%] shrink-0 flex-col gap-3 border-b border-line p-3 short:gap-2 short:p-2 lg:max-h-none lg:w-[26rem] lg:border-b-0 lg:border-l lg:p-5"
        >
          <NextStepCard match={match} meId={me.id} />
          {hadAgreed(match) && <Handover match={match} me={me} />}
          {/* On a phone the menu has it: there the next step needs the room. */}
          <div className="hidden lg:block">
            <Unfolding
              summary={<span className="font-medium">What happened</span>}
              content={() => (
                <div className="p-4">
                  <MatchTimeline match={match} meId={me.id} />
                </div>
              )}
            />
          </div>
        </aside>
        {talking ? (
          <PrivateChat match={match} encryption={encryption} />
        ) : (
          <div className="flex grow flex-col justify-center">
            {match.status === "pending" ? (
              <EmptyState icon={MessagesSquare} title="Your chat opens when you both agree">
                Say where you dance and when, send a link, and hand the videos over.
              </EmptyState>
            ) : (
              <EmptyState icon={MessagesSquare} title="There is no chat here any more">
                This match was {match.status}.
              </EmptyState>
            )}
          </div>
        )}
      </div>
      {open === "menu" && (
        <MatchMenu
          match={match}
          meId={me.id}
          onClose={() => setOpen(undefined)}
          onReport={() => setOpen("report")}
          onEncrypt={
            talking && !encryption.on && !encryption.offeredByMe ? askToEncrypt : undefined
          }
        />
      )}
      {open === "report" && (
        <ReportSheet person={partner} matchId={match.id} onClose={() => setOpen(undefined)} />
      )}
    </>
  );
}

function PrivateChat({ match, encryption }: { match: Match; encryption: RoomEncryption }) {
  const me = useMe();
  const room = { kind: "private", matchId: match.id } as const;
  const { on, whose } = encryption;
  const reading = useMemo(
    () => ({ me: me.id, matchId: match.id, on, devices: whose }),
    [me.id, match.id, on, whose],
  );
  const { refusal, readUpTo } = useRoom(room, me.id);
  const [reported, setReported] = useState<ChatMessage>();
  return (
    <div className="flex min-h-0 min-w-0 grow flex-col">
      <EncryptionBar match={match} encryption={encryption} />
      <Chat
        room={room}
        me={me}
        reading={reading}
        closed={refusal && "This conversation is closed."}
        readUpTo={readUpTo}
        onReport={setReported}
        placeholder={`Write to ${match.partner.username}`}
        empty={
          <EmptyState icon={MessagesSquare} title={`Just you and ${match.partner.username}`}>
            Say when and where you dance, and what to look for.
          </EmptyState>
        }
      />
      {reported && (
        <ReportSheet
          person={match.partner}
          matchId={match.id}
          message={reported}
          onClose={() => setReported(undefined)}
        />
      )}
    </div>
  );
}

function isTalking({ status }: Match): boolean {
  return status === "accepted" || status === "completed";
}

/** What came over before a match ended, however that was, is still there. */
function hadAgreed({ status }: Match): boolean {
  return status !== "pending" && status !== "declined";
}

function Handover({ match, me }: { match: Match; me: { id: string; username: string } }) {
  const signalling = useSignalling(match.id);
  const shareLink = useShareLink(match.id);
  const sendNow = useSendNow();
  return (
    <TransferPanel
      matchId={match.id}
      partner={match.partner}
      me={me}
      signalling={signalling}
      onLinkShared={isTalking(match) ? shareLink : undefined}
      closed={match.status !== "accepted"}
      sendNow={sendNow}
    />
  );
}
