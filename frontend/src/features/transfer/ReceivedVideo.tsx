import { Download } from "lucide-react";
import { useEffect, useState } from "react";
import { primary } from "./buttons";

/** The video plays where it arrived; saving it is the next step, since it is gone with the page. */
export function ReceivedVideo({ file, name }: { file: Blob; name: string }) {
  const url = useObjectUrl(file);
  const [unplayable, setUnplayable] = useState(false);
  if (!url) return null;
  return (
    <div className="space-y-3">
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
      <a href={url} download={name} className={primary}>
        <Download size={20} aria-hidden="true" />
        Save
      </a>
    </div>
  );
}

function useObjectUrl(file: Blob): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url;
}
