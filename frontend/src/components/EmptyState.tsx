import type { LucideIcon } from "lucide-react";
import { RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { messageOf } from "../lib/api/problem";
import { Button } from "./Button";

interface EmptyStateProps {
  icon: LucideIcon;
  title: string;
  /** What this place is for. */
  children: ReactNode;
  /** The first step. */
  action?: ReactNode;
}

export function EmptyState({ icon: Icon, title, children, action }: EmptyStateProps) {
  return (
    <div className="mx-auto flex max-w-sm animate-arrive flex-col items-center gap-3 px-4 py-12 text-center">
      <span className="flex size-16 items-center justify-center rounded-full bg-raised text-second">
        <Icon className="size-7" aria-hidden="true" />
      </span>
      <h2 className="text-lg font-semibold">{title}</h2>
      <div className="text-muted">{children}</div>
      {action && <div className="pt-2">{action}</div>}
    </div>
  );
}

/** For a list that could not be read: the cause in one line, and the way out. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <div role="alert" className="flex flex-col items-center gap-3 px-4 py-10 text-center">
      <p className="max-w-sm text-muted">{messageOf(error)}</p>
      <Button onClick={onRetry} icon={<RotateCw className="size-5" aria-hidden="true" />}>
        Try again
      </Button>
    </div>
  );
}
