import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import {
  BrowserRouter,
  matchPath,
  Navigate,
  Outlet,
  Route,
  Routes,
  useLocation,
} from "react-router";
import { Arrival } from "./components/Arrival";
import { ErrorBoundary } from "./components/ErrorBoundary";
import { Layout } from "./components/Layout";
import { Navbar } from "./components/Navbar";
import { OfflineBar } from "./components/OfflineBar";
import { RowsSkeleton } from "./components/Skeleton";
import { ToastProvider } from "./components/Toast";
import { UpdateNotice } from "./components/UpdateNotice";
import { useRefusalsInView } from "./components/use-refusals-in-view";
import { AuthProvider, useAuth, useMe } from "./features/auth/AuthContext";
import { ConfirmEmailNotice } from "./features/auth/ConfirmEmail";
import {
  AdminsOnly,
  AuditorsOnly,
  ModeratorsOnly,
  SignedInOnly,
  SignedOutOnly,
} from "./features/auth/Doors";
import { mayAudit, mayModerate, maySeeStatistics } from "./features/auth/roles";
import { OutboxProvider } from "./features/chat/OutboxContext";
import { useUnread, useUnreadUpdates } from "./features/chat/use-unread";
import { IncomingRequest } from "./features/match/IncomingRequest";
import { useMatches } from "./features/match/use-matches";
import { useMatchUpdates } from "./features/match/use-match-updates";
import { Notices } from "./features/moderation/Notices";
import { forgetOldShares } from "./features/share/shared-videos";
import { HandoversProvider } from "./features/transfer/HandoversContext";
import { renewSession } from "./lib/api/client";
import { forgetOldVideos } from "./lib/kept-videos";
import { createQueryClient } from "./lib/query-client";
import { SocketProvider, useSocketStatus } from "./lib/SocketContext";
import { EventsPage } from "./pages/EventsPage";
import { LoginPage } from "./pages/LoginPage";
import { NotFoundPage } from "./pages/NotFoundPage";
import { RegisterPage } from "./pages/RegisterPage";

// The door and the list of events come at once; the rest follows while one reads them.
const AuditPage = lazy(() =>
  import("./pages/AuditPage").then((page) => ({ default: page.AuditPage })),
);
const AuditMatchPage = lazy(() =>
  import("./pages/AuditMatchPage").then((page) => ({ default: page.AuditMatchPage })),
);
const EventChatPage = lazy(() =>
  import("./pages/EventChatPage").then((page) => ({ default: page.EventChatPage })),
);
const ForgotPasswordPage = lazy(() =>
  import("./pages/ForgotPasswordPage").then((page) => ({ default: page.ForgotPasswordPage })),
);
const ResetPasswordPage = lazy(() =>
  import("./pages/ResetPasswordPage").then((page) => ({ default: page.ResetPasswordPage })),
);
const VerifyEmailPage = lazy(() =>
  import("./pages/VerifyEmailPage").then((page) => ({ default: page.VerifyEmailPage })),
);
const HistoryPage = lazy(() =>
  import("./pages/HistoryPage").then((page) => ({ default: page.HistoryPage })),
);
const MatchChatPage = lazy(() =>
  import("./pages/MatchChatPage").then((page) => ({ default: page.MatchChatPage })),
);
const MatchesPage = lazy(() =>
  import("./pages/MatchesPage").then((page) => ({ default: page.MatchesPage })),
);
const ModerationPage = lazy(() =>
  import("./pages/ModerationPage").then((page) => ({ default: page.ModerationPage })),
);
const ReportPage = lazy(() =>
  import("./pages/ReportPage").then((page) => ({ default: page.ReportPage })),
);
const PersonPage = lazy(() =>
  import("./pages/PersonPage").then((page) => ({ default: page.PersonPage })),
);
const ProfilePage = lazy(() =>
  import("./pages/ProfilePage").then((page) => ({ default: page.ProfilePage })),
);
const RatePartnerPage = lazy(() =>
  import("./pages/RatePartnerPage").then((page) => ({ default: page.RatePartnerPage })),
);
const SharePage = lazy(() =>
  import("./pages/SharePage").then((page) => ({ default: page.SharePage })),
);
const StatisticsPage = lazy(() =>
  import("./pages/StatisticsPage").then((page) => ({ default: page.StatisticsPage })),
);

export function App() {
  const [client] = useState(createQueryClient);
  useRefusalsInView();
  return (
    <QueryClientProvider client={client}>
      <AuthProvider>
        <ToastProvider>
          <BrowserRouter>
            <Routes>
              <Route element={<SignedOutOnly />}>
                <Route path="/login" element={<LoginPage />} />
                <Route path="/register" element={<RegisterPage />} />
              </Route>
              {/* Links in mails lead here, whoever is signed in. */}
              <Route element={<LinkedPage />}>
                <Route path="/verify-email" element={<VerifyEmailPage />} />
                <Route path="/forgot-password" element={<ForgotPasswordPage />} />
                <Route path="/reset-password" element={<ResetPasswordPage />} />
              </Route>
              <Route element={<SignedInOnly />}>
                <Route element={<Live client={client} />}>
                  <Route index element={<Navigate to="/events" replace />} />
                  <Route element={<Shell />}>
                    <Route path="/events" element={<EventsPage />} />
                    <Route path="/events/:slug" element={<EventChatPage />} />
                    <Route path="/matches" element={<MatchesPage />} />
                    <Route path="/matches/:id" element={<MatchChatPage />} />
                    <Route path="/matches/:id/rate" element={<RatePartnerPage />} />
                    <Route path="/share" element={<SharePage />} />
                    <Route path="/history" element={<HistoryPage />} />
                    <Route path="/profile" element={<ProfilePage />} />
                    <Route path="/people/:username" element={<PersonPage />} />
                    <Route element={<AuditorsOnly />}>
                      <Route path="/audit" element={<AuditPage />} />
                      <Route path="/audit/matches/:id" element={<AuditMatchPage />} />
                    </Route>
                    <Route element={<ModeratorsOnly />}>
                      <Route path="/moderation" element={<ModerationPage />} />
                      <Route path="/moderation/:id" element={<ReportPage />} />
                    </Route>
                    <Route element={<AdminsOnly />}>
                      <Route path="/statistics" element={<StatisticsPage />} />
                    </Route>
                  </Route>
                </Route>
              </Route>
              <Route path="*" element={<NotFoundPage />} />
            </Routes>
            <Arrival />
          </BrowserRouter>
        </ToastProvider>
      </AuthProvider>
    </QueryClientProvider>
  );
}

function LinkedPage() {
  const { pathname } = useLocation();
  return (
    <ErrorBoundary place={pathname}>
      <Suspense fallback={null}>
        <Outlet />
      </Suspense>
    </ErrorBoundary>
  );
}

/** The connection of the person signed in; another person gets another one. */
function Live({ client }: { client: QueryClient }) {
  const me = useMe();
  const { signedOut } = useAuth();
  return (
    <SocketProvider
      key={me.id}
      renewSession={renewSession}
      onSignedOut={signedOut}
      onResyncRequired={() => void client.invalidateQueries()}
    >
      <OutboxProvider userId={me.id}>
        <HandoversProvider>
          <Outlet />
        </HandoversProvider>
      </OutboxProvider>
    </SocketProvider>
  );
}

/** Pages that fill the screen of a phone, with a way back instead of the tabs. */
const ROOMS = ["/events/:slug", "/matches/:id", "/matches/:id/rate", "/audit/matches/:id"];

function Shell() {
  const me = useMe();
  const { pathname } = useLocation();
  const room = ROOMS.some((pattern) => matchPath(pattern, pathname));
  const status = useSocketStatus();
  useMatchUpdates(me.id);
  useUnreadUpdates(me.id);
  useTidying();
  const pending = useMatches({ status: "pending" });
  const unread = useUnread();
  const requests = (pending.data ?? []).filter(({ recipient }) => recipient.id === me.id);

  return (
    <Layout
      room={room}
      nav={
        <Navbar
          person={me}
          requests={requests.length}
          unread={unread.ofMatches}
          audits={mayAudit(me)}
          moderates={mayModerate(me)}
          counts={maySeeStatistics(me)}
        />
      }
      notices={
        <>
          <OfflineBar connected={status === "open"} />
          <UpdateNotice />
          <ConfirmEmailNotice user={me} />
          <Notices userId={me.id} />
          <IncomingRequest requests={requests} />
        </>
      }
    >
      <ErrorBoundary place={pathname}>
        <Suspense fallback={<PageSkeleton />}>
          <Outlet />
        </Suspense>
      </ErrorBoundary>
    </Layout>
  );
}

/** Videos this device kept for others, and nobody came for, go by themselves. */
function useTidying() {
  useEffect(() => {
    Promise.all([forgetOldShares(), forgetOldVideos()]).catch((cause: unknown) => {
      console.warn("old videos could not be removed", cause);
    });
  }, []);
}

function PageSkeleton() {
  return (
    <div className="mx-auto w-full max-w-3xl p-4">
      <RowsSkeleton label="Opening the page" rows={6} />
    </div>
  );
}
