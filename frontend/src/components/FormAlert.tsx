import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";

/** What is wrong with a form as a whole. Always there, so that a screen reader hears it arrive. */
export function FormAlert({ children }: { children?: ReactNode }) {
  return (
    <div role="alert" className="rounded empty:hidden">
      {children && (
        <p className="flex items-start gap-2 rounded bg-danger/10 px-4 py-3 text-sm text-danger">
          <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
          <span>{children}</span>
        </p>
      )}
    </div>
  );
}
