import { Card } from "../../components/Card";
import type { KindCount } from "../../lib/api/types";
import { Figure } from "./Figure";
import { kindName, share } from "./numbers";

interface KindsProps {
  title: string;
  note: string;
  kinds: readonly KindCount[];
  /** What it means that none was told. */
  none: string;
  /** Whether completing is possible at all: it is not for reasons of failure. */
  mayComplete?: boolean;
}

/** Reports by kind, the most frequent first. */
export function Kinds({ title, note, kinds, none, mayComplete = true }: KindsProps) {
  const most = Math.max(1, ...kinds.map(({ reports }) => reports));
  const all = kinds.reduce((sum, { reports }) => sum + reports, 0);
  return (
    <Figure
      title={title}
      note={note}
      columns={["Kind", "Reports", "Share", ...(mayComplete ? ["Share completed"] : [])]}
      rows={kinds.map(({ name, reports, completed }) => [
        kindName(name, none),
        String(reports),
        share(reports, all),
        ...(mayComplete ? [share(completed, reports)] : []),
      ])}
      chart={
        <Card>
          {kinds.length === 0 ? (
            <p className="text-sm text-muted">Nothing on these days.</p>
          ) : (
            <ul className="flex flex-col gap-3 text-sm">
              {kinds.map(({ name, reports, completed }) => (
                <li key={name} className="flex flex-col gap-1">
                  <span className="flex justify-between gap-3">
                    <span>{kindName(name, none)}</span>
                    <span className="text-muted">
                      {reports}
                      {mayComplete && ` · ${share(completed, reports)} completed`}
                    </span>
                  </span>
                  <span aria-hidden="true" className="h-2 rounded-full bg-raised">
                    <span
                      className="block h-full rounded-full bg-second"
                      style={{ width: `${(reports / most) * 100}%` }}
                    />
                  </span>
                </li>
              ))}
            </ul>
          )}
        </Card>
      }
    />
  );
}
