import { CloudOff } from "lucide-react";
import { useEffect, useState } from "react";

/** Reconnecting usually takes a moment; the bar is for when it takes longer. */
const PATIENCE_MS = 2_500;

/** A calm bar while there is no connection. */
export function OfflineBar({ connected }: { connected: boolean }) {
  const [overdue, setOverdue] = useState(false);
  useEffect(() => {
    if (connected) return;
    const timer = setTimeout(() => setOverdue(true), PATIENCE_MS);
    return () => {
      clearTimeout(timer);
      setOverdue(false);
    };
  }, [connected]);

  return (
    <div role="status">
      {!connected && overdue && (
        <p className="flex animate-arrive items-center justify-center gap-2 bg-raised px-4 py-2 text-sm text-muted">
          <CloudOff className="size-4 shrink-0" aria-hidden="true" />
          No connection. Messages you write will be sent when it is back.
        </p>
      )}
    </div>
  );
}
