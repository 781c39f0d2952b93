import { BadgeCheck, Check, CircleAlert, Film, X } from "lucide-react";
import { Button } from "../../components/Button";
import { bytes } from "../../lib/bytes";
import type { Transfer } from "./handover";
import type { HandoverStore } from "./handover-store";
import { ProgressRing } from "./ProgressRing";
import { ReceivedVideo } from "./ReceivedVideo";
import { isOver } from "./transfer-state";
import { durationInWords, progressOf, stateInWords } from "./wording";

interface TransferCardProps {
  transfer: Transfer;
  partner: string;
  saved: boolean;
  store: HandoverStore;
}

/** One file and how far it is, with what one can do about it. */
export function TransferCard({ transfer, partner, saved, store }: TransferCardProps) {
  const { direction, offer, state } = transfer;
  const { name, size, duration } = offer;
  const asked = direction === "received" && state.phase === "offered";
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
          <StateLine transfer={transfer} partner={partner} />
        </div>
        {underWay && !isOver(state) && (
          <ProgressRing
            share={progressOf(state, size)}
            label={`${direction === "sent" ? "Sending" : "Receiving"} ${name}`}
          />
        )}
      </div>

      {state.phase === "done" && state.file && (
        <ReceivedVideo
          file={state.file}
          name={name}
          saved={saved}
          onSave={() => store.markSaved(transfer.id)}
        />
      )}

      {asked ? (
        <div className="flex gap-2">
          <Button
            variant="primary"
            icon={<Check size={20} aria-hidden="true" />}
            onClick={() => store.accept(transfer.id)}
          >
            Accept
          </Button>
          <Button variant="outline" onClick={() => store.decline(transfer.id)}>
            Decline
          </Button>
        </div>
      ) : (
        !isOver(state) && (
          <Button
            variant="ghost"
            icon={<X size={20} aria-hidden="true" />}
            aria-label={`Cancel ${name}`}
            onClick={() => store.cancel(transfer.id)}
          >
            Cancel
          </Button>
        )
      )}
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

function StateLine({ transfer, partner }: { transfer: Transfer; partner: string }) {
  const { state } = transfer;
  const failed = state.phase === "ended";
  const proven = state.phase === "done";
  return (
    <p
      className={`flex items-start gap-1 text-sm tabular-nums ${
        failed ? "text-danger" : proven ? "text-success" : "text-muted"
      }`}
    >
      {failed && <CircleAlert size={20} aria-hidden="true" className="shrink-0" />}
      {proven && <BadgeCheck size={20} aria-hidden="true" className="shrink-0" />}
      {stateInWords(transfer, partner)}
    </p>
  );
}
