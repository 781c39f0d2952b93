import { RefreshCw } from "lucide-react";
import { useRegisterSW } from "virtual:pwa-register/react";
import { Button } from "./Button";

/** A new version waits until the person takes it: reloading by itself would cut off a handover. */
export function UpdateNotice() {
  const {
    needRefresh: [waiting],
    updateServiceWorker,
  } = useRegisterSW();
  return (
    <div role="status">
      {waiting && (
        <div className="flex animate-arrive items-center justify-center gap-3 bg-raised px-4 py-1 text-sm">
          A new version is ready.
          <Button
            variant="ghost"
            className="px-3 text-sm text-second"
            icon={<RefreshCw className="size-4" aria-hidden="true" />}
            onClick={() => void updateServiceWorker(true)}
          >
            Reload
          </Button>
        </div>
      )}
    </div>
  );
}
