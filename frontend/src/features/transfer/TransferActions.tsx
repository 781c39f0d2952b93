import { Check, Pause, Play, Trash2, X } from "lucide-react";
import { type ComponentProps, useState } from "react";
import { Button } from "../../components/Button";
import { bytes } from "../../lib/bytes";
import { ChooseAgain } from "./ChooseAgain";
import type { Transfer } from "../../lib/transfer/handover";
import type { HandoverStore, HandoverView } from "./handover-store";
import { isOver } from "../../lib/transfer/transfer-state";
import { keepingInWords, relayInWords } from "./wording";

interface TransferActionsProps {
  transfer: Transfer;
  partner: string;
  view: HandoverView;
  store: HandoverStore;
}

/** What one can do about a file where it stands just now; one place, so that the focus stays in it. */
export function TransferActions(props: TransferActionsProps) {
  return (
    <div className="space-y-3">
      <Actions {...props} />
    </div>
  );
}

function Actions(props: TransferActionsProps) {
  const { transfer, store, view } = props;
  const { id, direction, offer, state } = transfer;
  if (isOver(state)) return <Removal transfer={transfer} store={store} />;
  if (direction === "received" && state.phase === "offered") return <Decision {...props} />;
  if (view.overRelay.has(id)) return <RelayConsent {...props} />;
  return (
    <div className="flex flex-wrap items-center gap-2">
      {state.phase === "missing" && <ChooseAgain transfer={transfer} store={store} />}
      {state.phase === "moving" && (
        <Button
          variant="outline"
          icon={<Pause size={20} aria-hidden="true" />}
          aria-label={`Pause ${offer.name}`}
          onClick={() => store.pause(id)}
        >
          Pause
        </Button>
      )}
      {state.phase === "paused" && state.by === "me" && (
        <Button
          variant="primary"
          icon={<Play size={20} aria-hidden="true" />}
          aria-label={`Go on with ${offer.name}`}
          onClick={() => store.resume(id)}
        >
          Go on
        </Button>
      )}
      <CancelButton transfer={transfer} store={store} />
    </div>
  );
}

function Decision({ transfer, store, view }: TransferActionsProps) {
  const { id, offer } = transfer;
  const preflight = view.keeping && keepingInWords(view.keeping, offer.size);
  return (
    <>
      {preflight && (
        <p className={`text-sm ${preflight.fits ? "text-muted" : "text-danger"}`}>
          {preflight.words}
        </p>
      )}
      <div className="flex gap-2">
        <Button
          variant="primary"
          icon={<Check size={20} aria-hidden="true" />}
          aria-label={`Accept ${offer.name}`}
          disabled={preflight?.fits === false}
          onClick={() => store.accept(id)}
        >
          Accept
        </Button>
        <Button
          variant="outline"
          aria-label={`Decline ${offer.name}`}
          onClick={() => store.decline(id)}
        >
          Decline
        </Button>
      </div>
    </>
  );
}

function RelayConsent({ transfer, partner, store }: TransferActionsProps) {
  return (
    <>
      <p className="text-sm text-muted">{relayInWords(transfer, partner)}</p>
      <div className="flex flex-wrap gap-2">
        <Button
          variant="primary"
          aria-label={`Send it anyway: ${transfer.offer.name}`}
          onClick={() => store.allowRelay()}
        >
          Send it anyway
        </Button>
        <CancelButton transfer={transfer} store={store} />
      </div>
    </>
  );
}

function Removal({ transfer, store }: Pick<TransferActionsProps, "transfer" | "store">) {
  const { id, offer, state } = transfer;
  const kept = state.phase === "done" && state.kept !== undefined;
  const [sure, setSure] = useState(false);
  if (!kept) {
    return (
      <GhostButton
        icon={<X size={20} aria-hidden="true" />}
        aria-label={`Dismiss ${offer.name}`}
        onClick={() => store.remove(id)}
      >
        Dismiss
      </GhostButton>
    );
  }
  return sure ? (
    <div className="flex flex-wrap items-center gap-2">
      <p className="text-sm text-muted">Is it saved elsewhere? Here it will be gone.</p>
      <Button variant="outline" onClick={() => store.remove(id)}>
        Remove it
      </Button>
      <GhostButton onClick={() => setSure(false)}>Keep it</GhostButton>
    </div>
  ) : (
    <GhostButton
      icon={<Trash2 size={20} aria-hidden="true" />}
      aria-label={`Remove ${offer.name} from this browser`}
      onClick={() => setSure(true)}
    >
      Remove ({bytes(offer.size)})
    </GhostButton>
  );
}

function CancelButton({ transfer, store }: Pick<TransferActionsProps, "transfer" | "store">) {
  return (
    <GhostButton
      icon={<X size={20} aria-hidden="true" />}
      aria-label={`Cancel ${transfer.offer.name}`}
      onClick={() => store.cancel(transfer.id)}
    >
      Cancel
    </GhostButton>
  );
}

function GhostButton(props: Omit<ComponentProps<typeof Button>, "variant">) {
  return <Button variant="ghost" {...props} />;
}
