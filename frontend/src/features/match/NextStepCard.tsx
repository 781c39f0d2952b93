import { Check, Star, X } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button, ButtonLink } from "../../components/Button";
import { classNames } from "../../components/class-names";
import { Stepper } from "../../components/Stepper";
import { useToast } from "../../components/Toast";
import { messageOf } from "../../lib/api/problem";
import type { Match } from "../../lib/api/types";
import { date } from "../../lib/time";
import { ExchangeState } from "./ExchangeState";
import { nextStep, stepIndex, STEPS } from "./match-progress";
import { useMoveMatch } from "./use-move-match";

interface NextStepCardProps {
  match: Match;
  meId: string;
}

/** Where the two are, and the one thing to do next. */
export function NextStepCard({ match, meId }: NextStepCardProps) {
  const next = nextStep(match, meId);
  return (
    <section
      aria-label="Where you two are"
      className="flex flex-col gap-4 rounded bg-surface p-4 ring-1 ring-line/60 short:gap-2 short:p-2"
    >
      <Stepper
        label="Steps of this match"
        steps={STEPS}
        current={stepIndex(next)}
        stopped={next === "closed"}
      />
      <ExchangeState match={match} />
      <Action match={match} meId={meId} />
    </section>
  );
}

function Action({ match, meId }: NextStepCardProps) {
  const move = useMoveMatch();
  const toast = useToast();
  const { username } = match.partner;
  const to = (status: "accepted" | "declined" | "completed") => {
    move.mutate(
      { matchId: match.id, status },
      { onError: (error) => toast(messageOf(error), "danger") },
    );
  };

  const next = nextStep(match, meId);
  switch (next) {
    case "answer":
      return (
        <Step words={`${username} asks: I film you, you film me?`}>
          <Button
            icon={<X className="size-5" aria-hidden="true" />}
            busy={move.isPending && move.variables.status === "declined"}
            onClick={() => to("declined")}
          >
            Decline
          </Button>
          <Button
            variant="primary"
            className="grow"
            icon={<Check className="size-5" aria-hidden="true" />}
            busy={move.isPending && move.variables.status === "accepted"}
            onClick={() => to("accepted")}
          >
            Accept
          </Button>
        </Step>
      );
    case "wait-for-answer":
      return (
        <Step words={`You asked. ${username} will see it at once, or when they are back online.`} />
      );
    case "film":
      return (
        <Step
          words={`Film each other, then choose ${username}’s dance here. Both keep this page open while it goes over.`}
        />
      );
    case "hand-over":
    case "wait-for-video":
    case "complete":
      return (
        <Completion
          next={next}
          partner={username}
          busy={move.isPending}
          onComplete={() => to("completed")}
        />
      );
    case "rate":
      return (
        <Step words={`How was it with ${username}?`}>
          <ButtonLink
            to={`/matches/${match.id}/rate`}
            variant="primary"
            wide
            icon={<Star className="size-5" aria-hidden="true" />}
          >
            Rate {username}
          </ButtonLink>
        </Step>
      );
    case "wait-for-rating":
      return (
        <Step
          words={
            match.rating.revealsAt
              ? `Thank you. Both see both ratings once ${username} has rated, or on ${date(match.rating.revealsAt)}.`
              : `Thank you. Both see both ratings once ${username} has rated.`
          }
        />
      );
    case "done":
      return (
        <Step words="All done. Both ratings are open.">
          <ButtonLink to={`/matches/${match.id}/rate`} wide>
            See both ratings
          </ButtonLink>
        </Step>
      );
    case "closed":
      return (
        <Step
          words={
            match.status === "declined"
              ? match.recipient.id === meId
                ? "You declined."
                : `${username} declined. There are others to ask.`
              : "This match was cancelled."
          }
        />
      );
  }
}

interface CompletionProps {
  next: "hand-over" | "wait-for-video" | "complete";
  partner: string;
  busy: boolean;
  onComplete: () => void;
}

/** With one video still to go or to come it is only the way out, and asked about: none goes over afterwards. */
function Completion({ next, partner, busy, onComplete }: CompletionProps) {
  const [asking, setAsking] = useState(false);
  if (next === "complete" || !asking) {
    return (
      <Step words={exchangeWords[next](partner)}>
        <Button
          variant={next === "complete" ? "primary" : "outline"}
          wide
          icon={<Check className="size-5" aria-hidden="true" />}
          busy={busy}
          onClick={() => (next === "complete" ? onComplete() : setAsking(true))}
        >
          All handed over
        </Button>
      </Step>
    );
  }
  return (
    <Step words={owedWords[next](partner)}>
      {/* First, so that pressing twice completes nothing. */}
      <Button onClick={() => setAsking(false)}>Not yet</Button>
      <Button variant="outline" className="grow" busy={busy} onClick={onComplete}>
        Complete all the same
      </Button>
    </Step>
  );
}

function Step({ words, children }: { words: string; children?: ReactNode }) {
  return (
    <div
      aria-live="polite"
      className={classNames("flex flex-col gap-3 short:gap-2", !children && "short:hidden")}
    >
      <p className="text-sm text-muted [overflow-wrap:anywhere]">{words}</p>
      {children && <div className="flex gap-3">{children}</div>}
    </div>
  );
}

const exchangeWords = {
  "hand-over": (partner: string) =>
    `You have ${partner}’s video. Now choose the one you filmed of ${partner}.`,
  "wait-for-video": (partner: string) => `Your video went over. ${partner}’s has not come yet.`,
  complete: () => "Both videos went over.",
};

const owedWords = {
  "hand-over": (partner: string) =>
    `Your video of ${partner} has not gone over yet. Complete all the same?`,
  "wait-for-video": (partner: string) =>
    `${partner}’s video has not come yet. Complete all the same?`,
};
