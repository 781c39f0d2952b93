import { useCallback, useState } from "react";
import type { UserSummary } from "../../lib/api/types";
import { keptBy } from "../../lib/kept-videos";
import type { Signalling } from "../../lib/signalling";
import type { ChosenVideo } from "../../lib/chosen-video";
import { ConnectionLine } from "./ConnectionLine";
import { type HandoverView, isUnsaved } from "./handover-store";
import { useOpenHandovers } from "./HandoversContext";
import { LinkSharing } from "./LinkSharing";
import { TransferCard } from "./TransferCard";
import { useAnnouncement } from "./use-announcement";
import { useHandover } from "./use-handover";
import { useKeptFocus } from "./use-kept-focus";
import type { SentVideo } from "./use-kept-videos";
import { VideoChooser } from "./VideoChooser";
import { useKeepsReceived } from "./use-keeps-received";
import { overdueInWords } from "./wording";

export interface TransferPanelProps {
  matchId: string;
  partner: UserSummary;
  me: { id: string; username: string };
  signalling: Signalling;
  /** None where there is no chat to put a link into. */
  onLinkShared: ((url: string) => Promise<void>) | undefined;
  /** The match is over: what came over this page can still be seen and saved, and nothing new begins. */
  closed?: boolean;
  /** Names of videos this browser keeps for the match that are to go at once. */
  sendNow?: readonly string[];
}

const MISUNDERSTANDINGS = {
  "no-common-version":
    "One of you has an older spotlight.cam open. Reload both pages and try again.",
  violation: "The two browsers did not understand each other. Reload both pages and try again.",
};

/** Handing videos over, both ways, straight between the two browsers. */
export function TransferPanel(props: TransferPanelProps) {
  const { matchId, me, closed = false } = props;
  const of = { matchId, me: me.id };
  const keeps = useKeepsReceived(of, closed);
  const opened = useOpenHandovers().find(of);
  if (closed && !keeps && !opened) return null;
  // Another match is another handover.
  return <OpenPanel key={`${matchId} ${me.id}`} keeps={keeps} {...props} />;
}

function OpenPanel(props: TransferPanelProps & { keeps: boolean }) {
  const { matchId, partner, me, signalling, onLinkShared, closed = false, sendNow, keeps } = props;
  const { view, store } = useHandover({ matchId, me: me.id, partner: partner.id, signalling });
  const announcement = useAnnouncement(view, partner.username);
  const keptFocus = useKeptFocus();
  const [refused, setRefused] = useState<string>();

  const sentOne = view.transfers.some(({ direction }) => direction === "sent");
  const somethingFirst = view.transfers.some(
    (transfer) =>
      isUnsaved(transfer, view.saved) ||
      (transfer.direction === "received" && transfer.state.phase === "offered"),
  );

  const choose = useCallback(
    (chosen: ChosenVideo[]) => {
      const empty = chosen.find(({ file }) => file.size === 0);
      setRefused(empty && `${empty.file.name} is empty. Choose another video.`);
      for (const video of chosen) if (video.file.size > 0) void store.send(video);
    },
    [store],
  );

  // Nobody is asked to choose a file once more that cannot go over any more.
  const transfers = view.transfers.filter(({ state }) => !closed || state.phase !== "missing");
  const elsewhere = view.place === "another-tab" && (!closed || keeps);
  if (closed && transfers.length === 0 && !elsewhere) return null;
  return (
    <section aria-label="Hand over a video" className="flex flex-col gap-3" {...keptFocus}>
      {elsewhere ? (
        <p className="rounded bg-raised p-4 text-sm text-muted">
          {closed
            ? "What came over is open in another tab of this browser. Close that tab to see it here."
            : "Handing over goes on in another tab of this browser. Close that tab to do it here."}
        </p>
      ) : (
        <>
          {transfers.length > 0 && (
            <ul className="flex flex-col gap-3">
              {transfers.map((transfer) => (
                <TransferCard
                  key={transfer.id}
                  transfer={transfer}
                  partner={partner.username}
                  view={view}
                  store={store}
                />
              ))}
            </ul>
          )}
          <ConnectionLine view={view} partner={partner.username} />
          {view.misunderstanding && (
            <p role="alert" className="text-sm text-danger">
              {MISUNDERSTANDINGS[view.misunderstanding]}
            </p>
          )}
          {onLinkShared && isLooking(view) && view.connection.overdue && (
            <LinkSharing
              reason={overdueInWords(view, partner.username)}
              onLinkShared={onLinkShared}
            />
          )}
          {!closed && (
            <VideoChooser
              next={!sentOne && !somethingFirst}
              again={sentOne}
              partner={partner.username}
              keep={{
                folder: keptBy(me.id, matchId),
                of: `${me.username} and ${partner.username}`,
              }}
              sent={sentOf(view)}
              sendNow={sendNow}
              onChoose={choose}
            />
          )}
          {refused && (
            <p role="alert" className="text-sm text-danger">
              {refused}
            </p>
          )}
        </>
      )}
      <div aria-live="polite" className="sr-only">
        {announcement.map((words) => (
          <p key={words}>{words}</p>
        ))}
      </div>
    </section>
  );
}

/** One whose file is lacking is not on its way: what is kept here may be that file. */
function sentOf({ transfers }: HandoverView): SentVideo[] {
  return transfers
    .filter(({ direction }) => direction === "sent")
    .filter(({ state: { phase } }) => phase !== "ended" && phase !== "missing")
    .map(({ offer: { name, size }, state: { phase } }) => ({
      name,
      size,
      delivered: phase === "done",
    }));
}

function isLooking({ connection: { phase } }: HandoverView): boolean {
  return phase === "looking" || phase === "recovering";
}
