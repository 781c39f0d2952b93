import { BadgeCheck, CircleAlert, Film, Pause } from "lucide-react";
import { bytes } from "../../lib/bytes";
import type { Transfer } from "../../lib/transfer/handover";
import type { HandoverStore, HandoverView } from "./handover-store";
import { ProgressRing } from "./ProgressRing";
import { ReceivedVideo } from "./ReceivedVideo";
import { TransferActions } from "./TransferActions";
import { isOver } from "../../lib/transfer/transfer-state";
import { durationInWords, progressOf, stateInWords } from "./wording";

interface TransferCardProps {
  transfer: Transfer;
  partner: string;
  view: HandoverView;
  store: HandoverStore;
}

/** One file and how far it is, with what one can do about it. */
export function TransferCard({ transfer, partner, view, store }: TransferCardProps) {
  const { direction, offer, state } = transfer;
  const { name, size, duration } = offer;
  const underWay = state.phase === "moving" || state.phase === "proving" || state.bytes > 0;
  return (
    <li className="animate-arrive space-y-3 rounded bg-raised p-4 motion-reduce:animate-none">
      <div className="flex items-center gap-3">
        <Thumbnail picture={offer.thumbnail ?? undefined} />
        <div className="min-w-0 flex-1">
          <p className="truncate font-semibold" title={name}>
            {name}
          </p>
          <p className="text-sm tabular-nums text-muted">
            {bytes(size)}
            {duration ? ` · ${durationInWords(duration)}` : ""}
          </p>
          <StateLine transfer={transfer} partner={partner} connection={view.connection} />
        </div>
        {underWay && !isOver(state) && (
          <ProgressRing
            share={progressOf(state, size)}
            label={`${direction === "sent" ? "Sending" : "Receiving"} ${name}`}
          />
        )}
      </div>

      {state.phase === "done" && state.kept && (
        <ReceivedVideo
          file={state.kept.file}
          name={name}
          saved={view.saved.has(transfer.id)}
          onSave={(how) => store.markSaved(transfer.id, how)}
        />
      )}
      <TransferActions transfer={transfer} partner={partner} view={view} store={store} />
    </li>
  );
}

function Thumbnail({ picture }: { picture: string | undefined }) {
  return picture ? (
    <img src={picture} alt="" className="h-14 w-20 shrink-0 rounded-sm object-cover" />
  ) : (
    <span className="grid h-14 w-20 shrink-0 place-items-center rounded-sm bg-surface text-muted">
      <Film size={20} aria-hidden="true" />
    </span>
  );
}

interface StateLineProps {
  transfer: Transfer;
  partner: string;
  connection: HandoverView["connection"];
}

function StateLine({ transfer, partner, connection }: StateLineProps) {
  const { phase } = transfer.state;
  const tone = phase === "ended" ? "text-danger" : phase === "done" ? "text-success" : "text-muted";
  return (
    <p className={`flex items-start gap-1 text-sm tabular-nums ${tone}`}>
      {phase === "ended" && <CircleAlert size={20} aria-hidden="true" className="shrink-0" />}
      {phase === "done" && <BadgeCheck size={20} aria-hidden="true" className="shrink-0" />}
      {phase === "paused" && <Pause size={20} aria-hidden="true" className="shrink-0" />}
      {stateInWords(transfer, partner, connection)}
    </p>
  );
}
