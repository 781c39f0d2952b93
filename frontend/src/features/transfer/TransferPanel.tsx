import { useState } from "react";
import type { UserSummary } from "../../lib/api/types";
import type { Signalling } from "../../lib/signalling";
import { ConnectionLine } from "./ConnectionLine";
import { LinkSharing } from "./LinkSharing";
import { TransferCard } from "./TransferCard";
import { useAnnouncement } from "./useAnnouncement";
import { useHandover } from "./useHandover";
import { VideoChooser } from "./VideoChooser";
import { overdueInWords } from "./wording";

export interface TransferPanelProps {
  matchId: string;
  partner: UserSummary;
  me: { id: string };
  signalling: Signalling;
  onLinkShared: (url: string) => Promise<void>;
}

/** Handing videos over, both ways, straight between the two browsers. */
export function TransferPanel({
  matchId,
  partner,
  me,
  signalling,
  onLinkShared,
}: TransferPanelProps) {
  const { view, store } = useHandover(matchId, me.id, partner.id, signalling);
  const announcement = useAnnouncement(view.transfers, partner.username);
  const [refused, setRefused] = useState<string>();

  function choose(files: File[]) {
    const empty = files.find((file) => file.size === 0);
    setRefused(empty && `${empty.name} is empty. Choose another video.`);
    for (const file of files) if (file.size > 0) void store.send(file);
  }

  return (
    <section aria-label="Hand over a video" className="space-y-3">
      {view.place === "another-tab" ? (
        <p className="rounded bg-raised p-4 text-sm text-muted">
          Handing over goes on in another tab of this browser. Close that tab to do it here.
        </p>
      ) : (
        <>
          {view.transfers.length > 0 && (
            <ul className="space-y-3">
              {view.transfers.map((transfer) => (
                <TransferCard
                  key={transfer.id}
                  transfer={transfer}
                  partner={partner.username}
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
          <VideoChooser first={view.transfers.length === 0} onChoose={choose} />
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
