import { Check } from "lucide-react";
import { classNames } from "./class-names";

interface StepperProps {
  label: string;
  steps: string[];
  /** Index of the step that comes next; everything before it is done, all when it is past the end. */
  current: number;
  /** The road ended early: nothing is next. */
  stopped?: boolean;
}

/** Where two people are on their way, at a glance. */
export function Stepper({ label, steps, current, stopped = false }: StepperProps) {
  return (
    <ol aria-label={label} className="flex">
      {steps.map((step, index) => {
        const done = index < current;
        const next = index === current && !stopped;
        return (
          <li
            key={step}
            aria-current={next ? "step" : undefined}
            className="relative flex min-w-0 flex-1 flex-col items-center gap-1.5 text-center"
          >
            {index > 0 && (
              <span
                aria-hidden="true"
                className={classNames(
                  "absolute right-1/2 top-3 mr-4 h-0.5 w-[calc(100%-2rem)] rounded-full",
                  done || next ? "bg-success" : "bg-line",
                )}
              />
            )}
            <span
              aria-hidden="true"
              className={classNames(
                "flex size-6 items-center justify-center rounded-full text-xs font-semibold",
                done && "bg-success text-background",
                next && "bg-text text-background",
                !done && !next && "bg-raised text-muted",
              )}
            >
              {done ? <Check className="size-4" strokeWidth={3} /> : index + 1}
            </span>
            <span
              className={classNames(
                "text-xs short:sr-only",
                next ? "font-semibold text-text" : "text-muted",
              )}
            >
              {step}
              <span className="sr-only">{done ? ", done" : next ? ", next" : ", to come"}</span>
            </span>
          </li>
        );
      })}
    </ol>
  );
}
