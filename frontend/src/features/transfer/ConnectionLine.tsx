import { Loader, Radio, RadioTower, Waypoints } from "lucide-react";
import type { HandoverView } from "./handover-store";
import { connectionInWords } from "./wording";

/** One plain line on how the two phones reach each other just now. */
export function ConnectionLine({ view, partner }: { view: HandoverView; partner: string }) {
  const words = connectionInWords(view, partner);
  const { phase, path, obstacle } = view.connection;
  const Icon =
    phase === "connected" ? (path === "relay" ? Waypoints : Radio) : obstacle ? RadioTower : Loader;
  return (
    <p role="status" className="flex items-center gap-2 text-sm text-muted">
      {words && (
        <>
          <Icon
            size={20}
            aria-hidden="true"
            className={
              phase === "connected" ? "text-success" : "animate-breathe motion-reduce:animate-none"
            }
          />
          {words}
        </>
      )}
    </p>
  );
}
