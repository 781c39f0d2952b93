import type { ReactNode } from "react";
import type { Match } from "../../lib/api/types";
import { MatchRow } from "./MatchRow";
import { RequestCard } from "./RequestCard";

interface MatchSectionsProps {
  matches: readonly Match[];
  meId: string;
  /** How much waits unread in the match with this id. */
  unread: (matchId: string) => number;
}

/** What waits for me first, then what is under way, then what I wait for, then the past. */
export function MatchSections({ matches, meId, unread }: MatchSectionsProps) {
  const pending = matches.filter(({ status }) => status === "pending");
  const askedOfMe = pending.filter(({ recipient }) => recipient.id === meId);
  const askedByMe = pending.filter(({ requester }) => requester.id === meId);
  const active = matches.filter(isActive);
  const past = matches.filter((match) => match.status !== "pending" && !isActive(match));
  const rows = (those: readonly Match[]) =>
    those.map((match) => (
      <MatchRow key={match.id} match={match} meId={meId} unread={unread(match.id)} />
    ));

  return (
    <>
      <Section title="Waiting for your answer" gap count={askedOfMe.length}>
        {askedOfMe.map((match, index) => (
          <RequestCard key={match.id} match={match} prominent={index === 0} />
        ))}
      </Section>
      <Section title="Filming together" count={active.length}>
        {rows(active)}
      </Section>
      <Section title="You asked" count={askedByMe.length}>
        {rows(askedByMe)}
      </Section>
      <Section title="Past" count={past.length}>
        {rows(past)}
      </Section>
    </>
  );
}

/** Something is left to do in it, by either of the two. */
function isActive({ status, rating }: Match): boolean {
  return status === "accepted" || (status === "completed" && !rating.mine);
}

interface SectionProps {
  title: string;
  count: number;
  gap?: boolean;
  children: ReactNode;
}

function Section({ title, count, gap = false, children }: SectionProps) {
  if (count === 0) return null;
  return (
    <section aria-label={title}>
      <h2 className="pb-2 text-sm font-semibold text-muted">{title}</h2>
      <ul className={gap ? "flex flex-col gap-3" : undefined}>{children}</ul>
    </section>
  );
}
