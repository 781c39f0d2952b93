import { ChartColumn, LoaderCircle, ScrollText, ShieldCheck, WifiOff } from "lucide-react";
import { Navigate, Outlet, useLocation } from "react-router";
import * as v from "valibot";
import { Button, ButtonLink } from "../../components/Button";
import { EmptyState } from "../../components/EmptyState";
import { messageOf } from "../../lib/api/problem";
import { useAuth, useMe } from "./AuthContext";
import { mayAudit, mayModerate, maySeeStatistics } from "./roles";

const cameFromSchema = v.object({ from: v.pipe(v.string(), v.startsWith("/")) });

/** Lets in whoever is signed in; others sign in first and come back to where they were. */
export function SignedInOnly() {
  const { state } = useAuth();
  const location = useLocation();
  switch (state.status) {
    case "signed-in":
      return <Outlet />;
    case "signed-out":
      return <Navigate to="/login" replace state={{ from: location.pathname + location.search }} />;
    case "unreachable":
      return (
        <main className="flex min-h-dvh items-center justify-center">
          <EmptyState
            icon={WifiOff}
            title="Not connected"
            action={
              <Button busy={state.busy} onClick={state.retry}>
                Try again
              </Button>
            }
          >
            {messageOf(state.error)}
          </EmptyState>
        </main>
      );
    case "loading":
      return (
        <main className="flex min-h-dvh items-center justify-center">
          <div role="status" aria-label="Opening spotlight.cam" className="text-muted">
            <LoaderCircle className="size-8 animate-spin" aria-hidden="true" />
          </div>
        </main>
      );
  }
}

/** For the sign-in pages: whoever is signed in goes back to where they were sent from. */
export function SignedOutOnly() {
  const { state } = useAuth();
  const location = useLocation();
  if (state.status !== "signed-in") return <Outlet />;
  const cameFrom = v.safeParse(cameFromSchema, location.state);
  return <Navigate to={cameFrom.success ? cameFrom.output.from : "/events"} replace />;
}

/** Inside of `SignedInOnly`: the log is shown to those who were made auditors. */
export function AuditorsOnly() {
  const me = useMe();
  if (mayAudit(me)) return <Outlet />;
  return (
    <EmptyState
      icon={ScrollText}
      title="For auditors"
      action={<ButtonLink to="/events">To the events</ButtonLink>}
    >
      The log is read by those who answer for it. Your own matches tell their history under “What
      happened”.
    </EmptyState>
  );
}

/** Inside of `SignedInOnly`: reports are for those who look after people. */
export function ModeratorsOnly() {
  const me = useMe();
  if (mayModerate(me)) return <Outlet />;
  return (
    <EmptyState
      icon={ShieldCheck}
      title="For moderators"
      action={<ButtonLink to="/events">To the events</ButtonLink>}
    >
      Reports are read by those who look after people here. What came of your own, you are told.
    </EmptyState>
  );
}

/** Inside of `SignedInOnly`: the numbers are shown to those who run the place. */
export function AdminsOnly() {
  const me = useMe();
  if (maySeeStatistics(me)) return <Outlet />;
  return (
    <EmptyState
      icon={ChartColumn}
      title="For admins"
      action={<ButtonLink to="/events">To the events</ButtonLink>}
    >
      How handing over goes is looked at by those who keep it going.
    </EmptyState>
  );
}
