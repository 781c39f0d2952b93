import { EyeOff } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/Button";
import { TextArea } from "../../components/Field";
import { FormAlert } from "../../components/FormAlert";
import { Switch } from "../../components/Switch";
import type { UserSummary } from "../../lib/api/types";
import { formErrors } from "../../lib/form-errors";
import { formText } from "../../lib/form-text";
import { ScoreField } from "./ScoreField";
import { useRate } from "./use-rate";

interface RatingFormProps {
  matchId: string;
  partner: UserSummary;
  onRated: () => void;
}

export function RatingForm({ matchId, partner, onRated }: RatingFormProps) {
  const rate = useRate(onRated);
  const [score, setScore] = useState<number>();
  const [again, setAgain] = useState(true);
  const [missing, setMissing] = useState(false);
  const errors = formErrors(rate.error, ["score", "comment"]);

  return (
    <form
      className="flex flex-col gap-6"
      onSubmit={(event) => {
        event.preventDefault();
        if (score === undefined) {
          setMissing(true);
          return;
        }
        const comment = formText(new FormData(event.currentTarget), "comment").trim();
        rate.mutate({ matchId, score, comment: comment || null, wouldCollaborateAgain: again });
      }}
    >
      <FormAlert>{errors.form}</FormAlert>
      <ScoreField
        legend={`How was it with ${partner.username}?`}
        score={score}
        onScore={(value) => {
          setScore(value);
          setMissing(false);
        }}
        error={missing ? "Choose one of the five first." : errors.fields.score}
      />
      <TextArea
        label="In a sentence (if you like)"
        name="comment"
        rows={2}
        maxLength={500}
        placeholder="Steady hands, good angle"
        error={errors.fields.comment}
      />
      <Switch label="Would film together again" checked={again} onChange={setAgain} />
      <p className="flex gap-3 rounded bg-surface p-4 text-sm text-muted">
        <EyeOff className="mt-0.5 size-5 shrink-0" aria-hidden="true" />
        You both see the ratings only when both of you have rated, or after 14 days.
      </p>
      <Button type="submit" variant="primary" wide busy={rate.isPending}>
        Rate {partner.username}
      </Button>
    </form>
  );
}
