import { Button } from "../../../components/Button";
import { Badge } from "../../../components/Chip";
import { ErrorState } from "../../../components/EmptyState";
import { Sheet } from "../../../components/Sheet";
import { RowsSkeleton } from "../../../components/Skeleton";
import { useToast } from "../../../components/Toast";
import { messageOf } from "../../../lib/api/problem";
import type { Match } from "../../../lib/api/types";
import { isVerified } from "../../../lib/encryption/known-devices";
import type { RoomEncryption, RoomView } from "./use-room-encryption";

interface SafetyNumberSheetProps {
  match: Match;
  encryption: RoomEncryption;
  onClose: () => void;
}

/** The number that two people compare, and the devices that it stands for. */
export function SafetyNumberSheet({ match, encryption, onClose }: SafetyNumberSheetProps) {
  const { devices } = encryption;
  return (
    <Sheet title="Safety number" onClose={onClose}>
      {devices.isPending ? (
        <div className="py-4">
          <RowsSkeleton label="Loading the devices" rows={3} />
        </div>
      ) : devices.isLoadingError ? (
        <ErrorState error={devices.error} onRetry={() => void devices.refetch()} />
      ) : (
        <Comparing match={match} encryption={encryption} view={devices.data} />
      )}
    </Sheet>
  );
}

interface ComparingProps {
  match: Match;
  encryption: RoomEncryption;
  view: RoomView;
}

function Comparing({ match, encryption, view }: ComparingProps) {
  const name = match.partner.username;
  const verified = isVerified(view.theirs);
  return (
    <div className="flex flex-col gap-5 py-2">
      {view.number ? (
        <>
          <p className="text-muted">
            Look at both phones, or read it out on a call. If {name} sees the same number, what you
            write is encrypted for your devices and no others.
          </p>
          <Digits groups={view.number} />
          {verified ? (
            <p className="flex items-center justify-center gap-2">
              <Badge tone="success">Verified on this device</Badge>
            </p>
          ) : (
            <Button
              variant="outline"
              wide
              busy={encryption.compared.isPending}
              onClick={() => encryption.compared.mutate(view)}
            >
              It is the same: mark as verified
            </Button>
          )}
        </>
      ) : (
        <p className="text-muted">
          {name} is signed in nowhere just now. There is a number to compare once they are back.
        </p>
      )}
      <Devices encryption={encryption} view={view} name={name} />
    </div>
  );
}

function Digits({ groups }: { groups: readonly string[] }) {
  return (
    <ol
      aria-label="Safety number"
      className="grid grid-cols-4 gap-x-3 gap-y-2 rounded bg-raised px-3 py-4 text-center text-lg font-semibold tabular-nums"
    >
      {groups.map((digits, index) => (
        <li key={index}>
          <span aria-hidden="true">{digits}</span>
          {/* One digit after the other, rather than as a number of tens of thousands. */}
          <span className="sr-only">{Array.from(digits).join(" ")}</span>
        </li>
      ))}
    </ol>
  );
}

function Devices({ encryption, view, name }: Omit<ComparingProps, "match"> & { name: string }) {
  const toast = useToast();
  const theirs = view.theirs.current.length;
  const others = view.mine.current.filter((key) => key !== view.own.publicKey);
  return (
    <section aria-label="Devices" className="flex flex-col gap-2 border-t border-line pt-4">
      <h3 className="font-semibold">Who can read new messages</h3>
      <ul className="flex flex-col gap-2 text-sm">
        <li>
          {name}: {theirs === 1 ? "one device" : `${theirs} devices`}
        </li>
        <li className="flex items-center justify-between gap-3">
          This device <code className="text-muted">{view.own.publicKey.slice(0, 8)}</code>
        </li>
        {others.map((key) => (
          <li key={key} className="flex items-center justify-between gap-3">
            <span>
              Another device of yours <code className="text-muted">{key.slice(0, 8)}</code>
            </span>
            <Button
              variant="quiet"
              className="shrink-0"
              aria-label={`Take device ${key.slice(0, 8)} out of use`}
              busy={encryption.remove.isPending}
              onClick={() => {
                encryption.remove.mutate(key, {
                  onSuccess: () => toast("It gets no new messages.", "success"),
                  onError: (error) => toast(messageOf(error), "danger"),
                });
              }}
            >
              Take out
            </Button>
          </li>
        ))}
      </ul>
      <p className="text-sm text-muted">
        What is signed out cannot read what is written from then on. A lost phone is signed out
        under your profile.
      </p>
    </section>
  );
}
