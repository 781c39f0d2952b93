import { useState } from "react";
import { settleDuration } from "../../lib/recording/video-duration";
import { addressOf } from "./file-address";

interface PlayableVideoProps {
  file: Blob;
  label: string;
  className: string;
}

/** Plays in place, or says that this browser cannot. */
export function PlayableVideo({ file, label, className }: PlayableVideoProps) {
  const [unplayable, setUnplayable] = useState(false);
  if (unplayable || !file.type.startsWith("video/")) {
    return (
      <p className="text-sm text-muted">
        This browser cannot play it. Save it and open it with another program.
      </p>
    );
  }
  return (
    // eslint-disable-next-line jsx-a11y/media-has-caption -- a dance filmed by a partner has none
    <video
      controls
      playsInline
      preload="metadata"
      src={addressOf(file)}
      aria-label={label}
      className={className}
      onLoadedMetadata={({ currentTarget }) => void settleDuration(currentTarget)}
      onError={() => setUnplayable(true)}
    />
  );
}
