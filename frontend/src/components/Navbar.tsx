import {
  CalendarDays,
  ChartColumn,
  Clapperboard,
  History,
  ScrollText,
  ShieldCheck,
  UserRound,
} from "lucide-react";
import { Link, NavLink } from "react-router";
import { Avatar } from "./Avatar";
import { classNames } from "./class-names";
import { Logo } from "./Logo";
import { UnreadBadge } from "./UnreadBadge";

const PLACES = [
  { to: "/events", word: "Events", icon: CalendarDays },
  { to: "/matches", word: "Matches", icon: Clapperboard },
  { to: "/history", word: "History", icon: History },
  { to: "/profile", word: "Profile", icon: UserRound },
];
const AUDIT = { to: "/audit", word: "Audit", icon: ScrollText };
const MODERATION = { to: "/moderation", word: "Reports", icon: ShieldCheck };
const STATISTICS = { to: "/statistics", word: "Statistics", icon: ChartColumn };

interface NavbarProps {
  person: { username: string; avatar?: string | null };
  /** Requests waiting for an answer. */
  requests: number;
  /** Messages of matches that wait to be read. */
  unread: number;
  /** Whether the log may be read. */
  audits: boolean;
  /** Whether reports may be read. */
  moderates: boolean;
  /** Whether the numbers of the place may be seen. */
  counts: boolean;
}

export function Navbar({ person, requests, unread, audits, moderates, counts }: NavbarProps) {
  const places = [
    ...PLACES,
    ...(audits ? [AUDIT] : []),
    ...(moderates ? [MODERATION] : []),
    ...(counts ? [STATISTICS] : []),
  ];
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-30 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] lg:inset-y-0 lg:right-auto lg:flex lg:w-60 lg:flex-col lg:border-r lg:border-t-0 lg:px-3 lg:py-6"
    >
      <Link
        to="/events"
        className="mb-8 hidden rounded px-3 lg:inline-flex"
        aria-label="spotlight.cam"
      >
        <Logo />
      </Link>
      <ul className="flex lg:flex-col lg:gap-1">
        {places.map(({ to, word, icon: Icon }) => (
          <li key={to} className="flex-1 lg:flex-none">
            <NavLink
              to={to}
              className={({ isActive }) =>
                classNames(
                  "relative flex min-h-14 flex-col items-center justify-center gap-0.5 rounded text-xs font-medium transition-colors lg:min-h-touch lg:flex-row lg:justify-start lg:gap-3 lg:px-3 lg:text-base",
                  isActive ? "text-text lg:bg-raised" : "text-muted hover:text-text",
                )
              }
            >
              {({ isActive }) => (
                <>
                  <span
                    className={classNames(
                      "relative flex h-7 w-12 items-center justify-center rounded-full lg:w-auto",
                      isActive && "bg-raised",
                    )}
                  >
                    <Icon className="size-5" aria-hidden="true" />
                    {to === "/matches" && requests === 0 && unread > 0 && (
                      <span className="absolute right-1.5 top-0 size-2.5 rounded-full bg-second lg:hidden" />
                    )}
                    {to === "/matches" && requests > 0 && (
                      <span className="absolute -right-0.5 -top-1 flex min-w-5 items-center justify-center rounded-full bg-accent px-1 text-xs font-bold text-on-accent lg:static lg:order-last lg:hidden">
                        <span aria-hidden="true">{requests}</span>
                      </span>
                    )}
                  </span>
                  {word}
                  {to === "/matches" && unread > 0 && (
                    <span className="sr-only lg:not-sr-only lg:ml-auto">
                      <UnreadBadge count={unread} />
                    </span>
                  )}
                  {to === "/matches" && requests > 0 && (
                    <span className="sr-only lg:not-sr-only lg:ml-auto lg:flex lg:min-w-6 lg:items-center lg:justify-center lg:rounded-full lg:bg-accent lg:px-1.5 lg:text-sm lg:font-bold lg:text-on-accent">
                      {requests}
                      <span className="sr-only"> waiting for your answer</span>
                    </span>
                  )}
                </>
              )}
            </NavLink>
          </li>
        ))}
      </ul>
      <div className="mt-auto hidden items-center gap-3 px-3 lg:flex">
        <Avatar person={person} size="sm" />
        <span className="truncate text-sm text-muted">{person.username}</span>
      </div>
    </nav>
  );
}
