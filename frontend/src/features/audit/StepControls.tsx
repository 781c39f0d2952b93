import { ChevronLeft, ChevronRight } from "lucide-react";
import { IconButton } from "../../components/Button";
import type { TimelineEntry } from "../../lib/api/types";
import { utc } from "../../lib/time";

interface StepControlsProps {
  timeline: readonly TimelineEntry[];
  step: number;
  onStep: (step: number) => void;
}

/** Drag, press, or use the arrow keys to go through a history event by event. */
export function StepControls({ timeline, step, onStep }: StepControlsProps) {
  const last = timeline.length - 1;
  const entry = timeline[step];
  if (!entry) return null;
  return (
    <div role="group" aria-label="Go through the history" className="flex items-center gap-2">
      <IconButton label="Previous event" disabled={step === 0} onClick={() => onStep(step - 1)}>
        <ChevronLeft className="size-5" aria-hidden="true" />
      </IconButton>
      <div className="min-w-0 grow">
        <input
          type="range"
          aria-label="Event"
          aria-valuetext={`${step + 1} of ${timeline.length}: ${entry.by.username} ${entry.words}, ${utc(entry.at)}`}
          min={0}
          // A history of one event has nowhere to go.
          max={Math.max(last, 1)}
          disabled={last === 0}
          value={step}
          onChange={(event) => onStep(event.target.valueAsNumber)}
          className="block h-8 w-full cursor-pointer accent-accent disabled:cursor-default"
        />
        <p aria-hidden="true" className="flex justify-between gap-3 text-xs text-muted">
          <span>
            Event {step + 1} of {timeline.length}
          </span>
          <span>Position {entry.position}</span>
        </p>
      </div>
      <IconButton label="Next event" disabled={step === last} onClick={() => onStep(step + 1)}>
        <ChevronRight className="size-5" aria-hidden="true" />
      </IconButton>
    </div>
  );
}
