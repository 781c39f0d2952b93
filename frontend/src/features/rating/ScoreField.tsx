import { Star } from "lucide-react";
import { classNames } from "../../components/class-names";

const WORDS = ["Poor", "So-so", "Fine", "Good", "Great"];

interface ScoreFieldProps {
  legend: string;
  score: number | undefined;
  onScore: (score: number) => void;
  error?: string;
}

/** Five large targets. Radio buttons underneath, so that arrows and screen readers work as they know them. */
export function ScoreField({ legend, score, onScore, error }: ScoreFieldProps) {
  return (
    <fieldset aria-describedby={error ? "score-error" : undefined}>
      <legend className="pb-3 text-center text-lg font-semibold">{legend}</legend>
      <div className="grid grid-cols-5 gap-2">
        {WORDS.map((word, index) => {
          const value = index + 1;
          const lit = score !== undefined && value <= score;
          return (
            <label
              key={word}
              className={classNames(
                "flex aspect-[4/5] cursor-pointer flex-col items-center justify-center gap-1 rounded bg-surface transition-colors hover:bg-raised has-[:focus-visible]:outline has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-offset-2 has-[:focus-visible]:outline-ring",
                lit && "bg-raised",
              )}
            >
              <input
                type="radio"
                name="score"
                value={value}
                checked={score === value}
                onChange={() => onScore(value)}
                className="sr-only"
              />
              <Star
                aria-hidden="true"
                className={classNames("size-8", lit ? "fill-accent text-accent" : "text-control")}
              />
              <span className="sr-only">{value}, </span>
              <span className={classNames("text-xs", score === value ? "text-text" : "text-muted")}>
                {word}
              </span>
            </label>
          );
        })}
      </div>
      {error && (
        <p id="score-error" role="alert" className="pt-2 text-center text-sm text-danger">
          {error}
        </p>
      )}
    </fieldset>
  );
}
