import { Check, CheckCheck, CircleDashed } from "lucide-react";
import { classNames } from "../../components/class-names";
import type { Match, OwedVideo } from "../../lib/api/types";
import { bytes } from "../../lib/bytes";

const ICONS = { owed: CircleDashed, sent: Check, received: Check, verified: CheckCheck };

/** The two videos that are owed, each with how far it has come. */
export function ExchangeState({ match }: { match: Match }) {
  const { mine, partners } = match.exchange;
  const anything = mine.state !== "owed" || partners.state !== "owed";
  // Who called it done without handing anything over here has done it elsewhere.
  if (match.status !== "accepted" && !anything) return null;
  const { username } = match.partner;
  return (
    <ul aria-label="What you owe each other" className="flex flex-col gap-1.5 short:hidden">
      <Video what={`Your video of ${username}`} video={mine} words={mineWords(mine, username)} />
      <Video
        what={`${username}’s video of you`}
        video={partners}
        words={partnersWords(partners, username)}
      />
    </ul>
  );
}

function Video({ what, video, words }: { what: string; video: OwedVideo; words: string }) {
  const Icon = ICONS[video.state];
  return (
    <li className="flex items-start gap-2 text-sm">
      <Icon
        className={classNames(
          "mt-0.5 size-4 shrink-0",
          video.state === "verified" ? "text-success" : "text-muted",
        )}
        aria-hidden="true"
      />
      <span className="min-w-0 [overflow-wrap:anywhere]">
        <span className="font-medium">{what}</span>
        <span className="text-muted">
          {": "}
          {words}
          {video.bytes !== null && ` · ${bytes(video.bytes)}`}
        </span>
      </span>
    </li>
  );
}

function mineWords({ state }: OwedVideo, partner: string): string {
  switch (state) {
    case "owed":
      return "not handed over yet";
    case "sent":
      return `sent, ${partner} has not confirmed it`;
    case "received":
      return `${partner} has it`;
    case "verified":
      return "received and verified";
  }
}

function partnersWords({ state }: OwedVideo, partner: string): string {
  switch (state) {
    case "owed":
      return "not here yet";
    case "sent":
      return `sent, says ${partner}; nothing here confirms it`;
    case "received":
      return "you have it";
    case "verified":
      return "received and verified";
  }
}
