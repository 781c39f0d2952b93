import { ShieldAlert, ShieldCheck, X } from "lucide-react";
import { useState } from "react";
import { IconButton } from "../../components/Button";
import type { Notice } from "../../lib/api/types";
import { dateTime } from "../../lib/time";
import { useNotices } from "./use-notices";

/** What moderators have to tell, one after the other, until it is put away on this device. */
export function Notices({ userId }: { userId: string }) {
  const notices = useNotices();
  const [seen, setSeen] = useState(() => lastSeen(userId));
  const next = notices.data?.items.findLast(({ position }) => position > seen);
  const Icon = next?.kind === "warned" ? ShieldAlert : ShieldCheck;
  return (
    <div role="status">
      {next && (
        <div className="px-3 pt-3">
          <section
            aria-label="From the moderators"
            className="relative mx-auto flex max-w-3xl animate-arrive items-start gap-3 rounded bg-raised p-3 pr-12 shadow-lifted"
          >
            <Icon className="mt-0.5 size-5 shrink-0 text-second" aria-hidden="true" />
            <div className="min-w-0 text-sm text-muted">
              <p className="font-semibold text-text">{title(next)}</p>
              {next.words && <p className="whitespace-pre-line break-words">{next.words}</p>}
              <p>{dateTime(next.at)}</p>
            </div>
            <IconButton
              label="Understood"
              className="absolute right-1 top-1"
              onClick={() => {
                localStorage.setItem(storedAs(userId), String(next.position));
                setSeen(next.position);
              }}
            >
              <X className="size-5" aria-hidden="true" />
            </IconButton>
          </section>
        </div>
      )}
    </div>
  );
}

function title({ kind, until, outcome, about }: Notice): string {
  switch (kind) {
    case "warned":
      return "A warning from the moderators";
    case "suspended":
      return until ? `You were suspended until ${dateTime(until)}` : "You were suspended";
    case "lifted":
      return "Your suspension was lifted";
    case "report_closed":
      return `Your report about ${about ?? "somebody"}: ${
        outcome ? HEARD[outcome] : "a moderator has looked at it"
      }`;
  }
}

const HEARD: Record<NonNullable<Notice["outcome"]>, string> = {
  no_action: "a moderator looked at it and found nothing to do",
  warned: "they were warned",
  suspended: "they were suspended",
};

const storedAs = (userId: string) => `notices-seen:${userId}`;

function lastSeen(userId: string): number {
  return Number(localStorage.getItem(storedAs(userId)) ?? 0) || 0;
}
