import {
  BadgeCheck,
  Ban,
  CheckCheck,
  Clapperboard,
  Handshake,
  Lock,
  LockOpen,
  MessageCircleQuestion,
  Star,
  X,
} from "lucide-react";
import type { LucideIcon } from "lucide-react";
import { ErrorState } from "../../components/EmptyState";
import { ShowMore } from "../../components/ShowMore";
import { RowsSkeleton } from "../../components/Skeleton";
import type { HistoryEntry, Match } from "../../lib/api/types";
import { dayKey, dayTitle, timeOfDay } from "../../lib/time";
import { historyWords } from "./history-words";
import { useMatchHistory } from "./use-match-history";

const ICONS: Record<HistoryEntry["type"], LucideIcon> = {
  Requested: MessageCircleQuestion,
  Accepted: Handshake,
  Declined: X,
  Cancelled: Ban,
  Completed: CheckCheck,
  PartnerRated: Star,
  TransferReported: Clapperboard,
  VideoHandedOver: BadgeCheck,
  EncryptionOffered: LockOpen,
  EncryptionAgreed: Lock,
};

/** What happened, in order, in plain words. */
export function MatchTimeline({ match, meId }: { match: Match; meId: string }) {
  const history = useMatchHistory(match.id);
  if (history.isPending) return <RowsSkeleton label="Loading what happened" rows={3} />;
  if (history.isLoadingError) {
    return <ErrorState error={history.error} onRetry={() => void history.refetch()} />;
  }
  return (
    <>
      <ol aria-label="What happened" className="flex flex-col">
        {history.data.map((entry, index, all) => {
          const before = all[index - 1];
          const newDay = !before || dayKey(before.at) !== dayKey(entry.at);
          return (
            <li key={entry.position}>
              {newDay && (
                <p className="pb-3 text-sm font-semibold text-muted">{dayTitle(entry.at)}</p>
              )}
              <Moment
                icon={ICONS[entry.type]}
                at={entry.at}
                last={index === all.length - 1}
                words={historyWords(entry, match, meId)}
              />
            </li>
          );
        })}
      </ol>
      <ShowMore list={history} />
    </>
  );
}

interface MomentProps {
  /** None for what a newer server tells of. */
  icon: LucideIcon | undefined;
  at: string;
  words: string;
  last: boolean;
}

function Moment({ icon: Icon = CheckCheck, at, words, last }: MomentProps) {
  return (
    <div className="relative flex gap-3 pb-4">
      {!last && (
        <span aria-hidden="true" className="absolute bottom-0 left-[15px] top-8 w-px bg-line" />
      )}
      <span
        aria-hidden="true"
        className="flex size-8 shrink-0 items-center justify-center rounded-full bg-raised text-second"
      >
        <Icon className="size-4" />
      </span>
      <span className="min-w-0 grow pt-1 [overflow-wrap:anywhere]">{words}</span>
      <time dateTime={at} className="shrink-0 pt-1 text-sm text-muted">
        {timeOfDay(at)}
      </time>
    </div>
  );
}
