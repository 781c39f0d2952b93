import { Badge } from "../../components/Chip";
import { classNames } from "../../components/class-names";
import type { MatchState } from "../../lib/api/types";
import { changedBy, factsOf } from "./facts";

interface StateCardProps {
  state: MatchState;
  /** As it was one event earlier; undefined for the first. */
  before: MatchState | undefined;
}

/** A match's state line by line; what the event made of it stands out, and says so in a word. */
export function StateCard({ state, before }: StateCardProps) {
  const changed = changedBy(before, state);
  return (
    <dl className="flex flex-col divide-y divide-line overflow-hidden rounded bg-surface ring-1 ring-line/60">
      {factsOf(state).map(({ key, label, value, detail }) => (
        <div
          key={key}
          className={classNames(
            "flex flex-col gap-0.5 border-l-4 py-2.5 pl-3 pr-4",
            changed.has(key) ? "border-l-second bg-second/10" : "border-l-transparent",
          )}
        >
          <dt className="flex items-center justify-between gap-2 text-sm text-muted">
            {label}
            {changed.has(key) && <Badge tone="second">changed</Badge>}
          </dt>
          <dd className="[overflow-wrap:anywhere]">
            {value}
            {detail && <span className="block text-sm text-muted">{detail}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
