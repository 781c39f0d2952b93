import { useState } from "react";
import type { UserSummary } from "../../lib/api/types";
import type { Signalling } from "../../lib/signalling";
import { ConnectionLine } from "./ConnectionLine";
import { isUnsaved } from "./handover-store";
import { LinkSharing } from "./LinkSharing";
import { TransferCard } from "./TransferCard";
import { useAnnouncement } from "./use-announcement";
import { openedHandover, useHandover } from "./use-handover";
import { VideoChooser } from "./VideoChooser";
import { overdueInWords } from "./wording";

export interface TransferPanelProps {
  matchId: string;
  partner: UserSummary;
  me: { id: string };
  signalling: Signalling;
  onLinkShared: (url: string) => Promise<void>;
  /** The match is over: what came over this page can still be seen and saved, and nothing new begins. */
  closed?: boolean;
}

/** Handing videos over, both ways, straight between the two browsers. */
export function TransferPanel(props: TransferPanelProps) {
  const { matchId, me, closed = false } = props;
  if (closed && !openedHandover({ matchId, me: me.id })) return null;
  // Another match is another handover.
  return <OpenPanel key={`${matchId} ${me.id}`} {...props} />;
}

function OpenPanel(props: TransferPanelProps) {
  const { matchId, partner, me, signalling, onLinkShared, closed = false } = props;
  const { view, store } = useHandover({ matchId, me: me.id, partner: partner.id, signalling });
  const announcement = useAnnouncement(view.transfers, partner.username);
  const [refused, setRefused] = useState<string>();

  const sentOne = view.transfers.some(({ direction }) => direction === "sent");
  const somethingFirst = view.transfers.some(
    (transfer) =>
      isUnsaved(transfer, view.saved) ||
      (transfer.direction === "received" && transfer.state.phase === "offered"),
  );

  function choose(files: File[]) {
    const empty = files.find((file) => file.size === 0);
    setRefused(empty && `${empty.name} is empty. Choose another video.`);
    for (const file of files) if (file.size > 0) void store.send({ file });
  }

  if (closed && view.transfers.length === 0) return null;
  return (
    <section aria-label="Hand over a video" className="flex flex-col gap-3">
      {view.place === "another-tab" && !closed ? (
        <p className="rounded bg-raised p-4 text-sm text-muted">
          Handing over goes on in another tab of this browser. Close that tab to do it here.
        </p>
      ) : (
        <>
          {view.transfers.length > 0 && (
            <ul className="flex flex-col gap-3">
              {view.transfers.map((transfer) => (
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
          {view.misunderstanding === "no-common-version" && (
            <p role="alert" className="text-sm text-danger">
              One of you has an older spotlight.cam open. Reload both pages and try again.
            </p>
          )}
          {view.connection.overdue && (
            <LinkSharing
              reason={overdueInWords(view, partner.username)}
              onLinkShared={onLinkShared}
            />
          )}
          {!closed && (
            <VideoChooser next={!sentOne && !somethingFirst} again={sentOne} onChoose={choose} />
          )}
          {refused && (
            <p role="alert" className="text-sm text-danger">
              {refused}
            </p>
          )}
        </>
      )}
      <p aria-live="polite" className="sr-only">
        {announcement}
      </p>
    </section>
  );
}
