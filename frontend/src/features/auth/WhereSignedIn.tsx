import { MonitorSmartphone } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/Button";
import { Badge } from "../../components/Chip";
import { ErrorState } from "../../components/EmptyState";
import { Sheet } from "../../components/Sheet";
import { RowsSkeleton } from "../../components/Skeleton";
import { useToast } from "../../components/Toast";
import { messageOf } from "../../lib/api/problem";
import type { SignedInSession } from "../../lib/api/types";
import { countryName } from "../../lib/countries";
import { ago, date } from "../../lib/time";
import { useSessions, useSignOutElsewhere, useSignOutThere } from "./use-sessions";

export function WhereSignedIn() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        variant="outline"
        icon={<MonitorSmartphone className="size-5" aria-hidden="true" />}
        onClick={() => setOpen(true)}
      >
        Where you are signed in
      </Button>
      {open && <WhereSignedInSheet onClose={() => setOpen(false)} />}
    </>
  );
}

function WhereSignedInSheet({ onClose }: { onClose: () => void }) {
  const sessions = useSessions();
  return (
    <Sheet title="Where you are signed in" onClose={onClose}>
      {sessions.isPending ? (
        <div className="py-4">
          <RowsSkeleton label="Loading your devices" rows={2} />
        </div>
      ) : sessions.isLoadingError ? (
        <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />
      ) : (
        <Devices sessions={sessions.data} />
      )}
    </Sheet>
  );
}

function Devices({ sessions }: { sessions: SignedInSession[] }) {
  const elsewhere = useSignOutElsewhere();
  const toast = useToast();
  const here = sessions.filter(({ current }) => current);
  const others = sessions.filter(({ current }) => !current);
  return (
    <div className="flex flex-col gap-4 py-2">
      <ul className="flex flex-col">
        {[...here, ...others].map((session) => (
          <Device key={session.id} session={session} />
        ))}
      </ul>
      {others.length === 0 ? (
        <p className="text-muted">You are signed in nowhere else.</p>
      ) : (
        <Button
          variant="danger"
          wide
          busy={elsewhere.isPending}
          onClick={() => {
            elsewhere.mutate(undefined, {
              onSuccess: () => toast("You are signed out everywhere else.", "success"),
              onError: (error) => toast(messageOf(error), "danger"),
            });
          }}
        >
          Sign out everywhere else
        </Button>
      )}
      <p className="text-sm text-muted">
        If you do not know one of these, sign out there and change your password.
      </p>
    </div>
  );
}

function Device({ session }: { session: SignedInSession }) {
  const there = useSignOutThere();
  const toast = useToast();
  return (
    <li className="flex items-center gap-3 py-2.5">
      <div className="flex min-w-0 grow flex-col">
        <span className="font-medium">{session.device}</span>
        <span className="text-sm text-muted">
          Used {ago(session.lastUsedAt)}
          {session.country && <> in {countryName(session.country)}</>}
          {session.network && <>, from the network {session.network}</>}
        </span>
        <span className="text-sm text-muted">Signed in since {date(session.createdAt)}</span>
      </div>
      {session.current ? (
        <Badge tone="success">This device</Badge>
      ) : (
        <Button
          variant="quiet"
          aria-label={`Sign out on ${session.device}`}
          busy={there.isPending}
          onClick={() => {
            there.mutate(session.id, {
              onSuccess: () => toast(`Signed out on ${session.device}.`, "success"),
              onError: (error) => toast(messageOf(error), "danger"),
            });
          }}
        >
          Sign out
        </Button>
      )}
    </li>
  );
}
