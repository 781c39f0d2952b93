import { Star } from "lucide-react";
import { classNames } from "./class-names";

/** A score that was given; in words for those who cannot see it. */
export function Stars({ score }: { score: number }) {
  return (
    <span role="img" aria-label={`${score} of 5`} className="inline-flex gap-0.5">
      {[1, 2, 3, 4, 5].map((step) => (
        <Star
          key={step}
          aria-hidden="true"
          className={classNames("size-4", step <= score ? "fill-text text-text" : "text-control")}
        />
      ))}
    </span>
  );
}
