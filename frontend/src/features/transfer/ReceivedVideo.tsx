import { Download } from "lucide-react";
import { useState } from "react";
import { buttonClass } from "../../components/Button";

/** Addresses last as long as the page, as does the Blob that the handover keeps. */
const addresses = new WeakMap<Blob, string>();

function addressOf(file: Blob): string {
  const address = addresses.get(file) ?? URL.createObjectURL(file);
  addresses.set(file, address);
  return address;
}

interface ReceivedVideoProps {
  file: Blob;
  name: string;
  saved: boolean;
  onSave: () => void;
}

/** The video plays where it arrived; saving it is the next step, since it is gone with the page. */
export function ReceivedVideo({ file, name, saved, onSave }: ReceivedVideoProps) {
  const url = addressOf(file);
  const [unplayable, setUnplayable] = useState(false);
  return (
    <div className="space-y-3">
      <a
        href={url}
        download={name}
        className={buttonClass(saved ? "outline" : "primary")}
        onClick={onSave}
      >
        <Download size={20} aria-hidden="true" />
        Save
      </a>
      {file.type.startsWith("video/") && !unplayable ? (
        // eslint-disable-next-line jsx-a11y/media-has-caption -- a dance filmed by a partner has none
        <video
          controls
          playsInline
          preload="metadata"
          src={url}
          aria-label={`Video ${name}`}
          className="aspect-video w-full rounded bg-background"
          onError={() => setUnplayable(true)}
        />
      ) : (
        <p className="text-sm text-muted">
          This browser cannot play it. Save it and open it with another program.
        </p>
      )}
    </div>
  );
}
