import {
  CalendarDays,
  ChartColumn,
  Clapperboard,
  Ellipsis,
  History,
  ScrollText,
  ShieldCheck,
  UserRound,
} from "lucide-react";
import { useState } from "react";
import type { ReactNode } from "react";
import { Link, NavLink, useLocation } from "react-router";
import { Avatar } from "./Avatar";
import { classNames } from "./class-names";
import { Logo } from "./Logo";
import { Sheet } from "./Sheet";
import { UnreadBadge } from "./UnreadBadge";

interface Place {
  to: string;
  word: string;
  icon: typeof History;
}

const PLACES: Place[] = [
  { to: "/events", word: "Events", icon: CalendarDays },
  { to: "/matches", word: "Matches", icon: Clapperboard },
  { to: "/history", word: "History", icon: History },
  { to: "/profile", word: "Profile", icon: UserRound },
];
const AUDIT = { to: "/audit", word: "Audit", icon: ScrollText };
const MODERATION = { to: "/moderation", word: "Reports", icon: ShieldCheck };
const STATISTICS = { to: "/statistics", word: "Statistics", icon: ChartColumn };

/** More would not fit beside each other on a phone, with words that are read. */
const MOST_ON_A_PHONE = 5;

const ENTRY =
  "relative flex min-h-14 w-full flex-col items-center justify-center gap-0.5 rounded text-xs font-medium transition-colors lg:min-h-touch lg:flex-row lg:justify-start lg:gap-3 lg:px-3 lg:text-base";

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
  const fits = places.length <= MOST_ON_A_PHONE;
  const beyond = fits ? [] : places.slice(MOST_ON_A_PHONE - 1);
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
        {places.map((place) => (
          <li
            key={place.to}
            className={classNames("flex-1 lg:flex-none", beyond.includes(place) && "max-lg:hidden")}
          >
            <NavLink
              to={place.to}
              className={({ isActive }) =>
                classNames(
                  ENTRY,
                  isActive ? "text-text lg:bg-raised" : "text-muted hover:text-text",
                )
              }
            >
              {({ isActive }) => (
                <>
                  <Round active={isActive} icon={place.icon}>
                    {place.to === "/matches" && <Marks requests={requests} unread={unread} />}
                  </Round>
                  {place.word}
                  {place.to === "/matches" && <Counts requests={requests} unread={unread} />}
                </>
              )}
            </NavLink>
          </li>
        ))}
        {beyond.length > 0 && <More places={beyond} />}
      </ul>
      <div className="mt-auto hidden items-center gap-3 px-3 lg:flex">
        <Avatar person={person} size="sm" />
        <span className="truncate text-sm text-muted">{person.username}</span>
      </div>
    </nav>
  );
}

function Round(props: { active: boolean; icon: Place["icon"]; children?: ReactNode }) {
  const { active, icon: Icon, children } = props;
  return (
    <span
      className={classNames(
        "relative flex h-7 w-12 items-center justify-center rounded-full lg:w-auto",
        active && "bg-raised",
      )}
    >
      <Icon className="size-5" aria-hidden="true" />
      {children}
    </span>
  );
}

/** What waits, on a phone: at the icon. */
function Marks({ requests, unread }: { requests: number; unread: number }) {
  if (requests > 0) {
    return (
      <span className="absolute -right-0.5 -top-1 flex min-w-5 items-center justify-center rounded-full bg-accent px-1 text-xs font-bold text-on-accent lg:hidden">
        <span aria-hidden="true">{requests}</span>
      </span>
    );
  }
  if (unread === 0) return null;
  return <span className="absolute right-1.5 top-0 size-2.5 rounded-full bg-second lg:hidden" />;
}

/** What waits, on a wide screen and read aloud: after the word. */
function Counts({ requests, unread }: { requests: number; unread: number }) {
  return (
    <>
      {unread > 0 && (
        <span className="sr-only lg:not-sr-only lg:ml-auto">
          <UnreadBadge count={unread} />
        </span>
      )}
      {requests > 0 && (
        <span className="sr-only lg:not-sr-only lg:ml-auto lg:flex lg:min-w-6 lg:items-center lg:justify-center lg:rounded-full lg:bg-accent lg:px-1.5 lg:text-sm lg:font-bold lg:text-on-accent">
          {requests}
          <span className="sr-only"> waiting for your answer</span>
        </span>
      )}
    </>
  );
}

/** On a phone, what does not fit into the bar. */
function More({ places }: { places: Place[] }) {
  const [open, setOpen] = useState(false);
  const { pathname } = useLocation();
  const here = places.some(({ to }) => pathname.startsWith(to));
  return (
    <li className="flex-1 lg:hidden">
      <button
        type="button"
        aria-haspopup="dialog"
        className={classNames(ENTRY, here ? "text-text" : "text-muted hover:text-text")}
        onClick={() => setOpen(true)}
      >
        <Round active={here} icon={Ellipsis} />
        More
      </button>
      {open && (
        <Sheet title="More" onClose={() => setOpen(false)}>
          <ul className="flex flex-col py-2">
            {places.map(({ to, word, icon: Icon }) => (
              <li key={to}>
                <NavLink
                  to={to}
                  onClick={() => setOpen(false)}
                  className="flex min-h-14 items-center gap-4 rounded px-2 text-base font-medium hover:bg-raised"
                >
                  <Icon className="size-5 text-muted" aria-hidden="true" />
                  {word}
                </NavLink>
              </li>
            ))}
          </ul>
        </Sheet>
      )}
    </li>
  );
}
