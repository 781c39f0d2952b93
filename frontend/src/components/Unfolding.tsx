import { ChevronRight } from "lucide-react";
import { useState } from "react";
import type { ReactNode } from "react";

interface UnfoldingProps {
  summary: ReactNode;
  /** Made only while it is open. */
  content: () => ReactNode;
}

export function Unfolding({ summary, content }: UnfoldingProps) {
  const [open, setOpen] = useState(false);
  return (
    <details
      onToggle={(event) => setOpen(event.currentTarget.open)}
      className="group rounded bg-surface ring-1 ring-line/60"
    >
      <summary className="flex min-h-touch cursor-pointer list-none items-center gap-2 rounded px-3 py-2 transition-colors hover:bg-raised [&::-webkit-details-marker]:hidden">
        <ChevronRight
          className="size-5 shrink-0 text-muted transition-transform group-open:rotate-90"
          aria-hidden="true"
        />
        {summary}
      </summary>
      {open && <div className="border-t border-line">{content()}</div>}
    </details>
  );
}
