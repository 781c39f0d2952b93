import { Upload, Video } from "lucide-react";
import { useCallback, useRef, useState } from "react";
import { Button } from "../../components/Button";
import { classNames } from "../../components/class-names";
import type { ChosenVideo } from "../../lib/chosen-video";
import { hasOpenPicker, pickVideos } from "./file-pickers";
import { KeptVideos } from "./KeptVideos";
import { Recorder } from "./Recorder";
import { recordingFormat } from "../../lib/recording/recording-format";
import { type Dropped, useFileDrop } from "./use-file-drop";
import { type SentVideo, useKeptVideos } from "./use-kept-videos";

interface VideoChooserProps {
  /** A first video is the next step; one may always send another. */
  next: boolean;
  again: boolean;
  partner: string;
  /** Where this browser keeps what is for the partner, and what a recording is named after. */
  keep: { folder: string; of: string };
  sent: readonly SentVideo[];
  sendNow?: readonly string[];
  onChoose: (chosen: ChosenVideo[]) => void;
}

const NONE: readonly string[] = [];

/** Both fit beside each other on a phone. */
const SIDE_BY_SIDE = "max-sm:grow max-sm:px-3 max-[389px]:text-sm";

/** Choose videos, drop them, record one, or go on with one that was recorded. */
export function VideoChooser(props: VideoChooserProps) {
  const { next, again, partner, keep, sent, sendNow = NONE, onChoose } = props;
  const input = useRef<HTMLInputElement>(null);
  const [recording, setRecording] = useState(false);
  /** Recordings that only this page has. */
  const [unsent, setUnsent] = useState<ChosenVideo>();
  const [said, setSaid] = useState<string>();
  const { over } = useFileDrop(({ videos, folders }) => take({ videos, folders }));

  function take({ videos, folders }: Dropped) {
    setSaid(remark({ videos, folders }, partner));
    if (videos.length > 0) onChoose(videos);
  }

  async function choose() {
    const picked = hasOpenPicker() ? await pickVideos() : undefined;
    if (picked) take({ videos: picked, folders: 0 });
    else input.current?.click();
  }

  const send = useCallback((video: ChosenVideo) => onChoose([video]), [onChoose]);
  const kept = useKeptVideos({ folder: keep.folder, sent, sendNow, onSend: send });
  const keptFirst = kept.left.some(({ delivered }) => !delivered);

  return (
    <>
      <KeptVideos
        left={kept.left}
        next={next && keptFirst}
        partner={partner}
        onSend={kept.send}
        onDelete={kept.forget}
      />
      <div
        className={classNames(
          // Nothing is dropped on a phone, where the room is dear.
          "rounded border border-dashed p-4 text-center max-sm:border-0 max-sm:p-0 short:border-0 short:p-0",
          over ? "border-accent bg-raised" : "border-control",
        )}
      >
        <div className="flex flex-wrap justify-center gap-3">
          <Button
            className={SIDE_BY_SIDE}
            variant={next && !keptFirst ? "primary" : "outline"}
            icon={<Upload size={20} aria-hidden="true" />}
            onClick={() => void choose()}
          >
            {again ? "Choose another video" : "Choose a video"}
          </Button>
          {recordingFormat() && (
            <Button
              className={SIDE_BY_SIDE}
              variant="outline"
              icon={<Video size={20} aria-hidden="true" />}
              onClick={() => setRecording(true)}
            >
              Record one
            </Button>
          )}
          {unsent && (
            <Button
              variant="outline"
              onClick={() => {
                setUnsent(undefined);
                send(unsent);
              }}
            >
              Send the recording
            </Button>
          )}
        </div>
        <input
          ref={input}
          type="file"
          accept="video/*"
          multiple
          hidden
          aria-label="Video to hand over"
          onChange={({ target }) => {
            take({ videos: [...(target.files ?? [])].map((file) => ({ file })), folders: 0 });
            // So that the same file can be chosen again.
            target.value = "";
          }}
        />
        <p className="mt-2 text-sm text-muted max-sm:hidden short:hidden">
          {over ? "Let go to send it" : "or drop videos anywhere on this page"}
        </p>
        <p role="status" className="text-sm text-muted">
          {said && <span className="mt-2 block">{said}</span>}
        </p>
      </div>
      {recording && (
        <Recorder
          partner={partner}
          {...keep}
          onSend={(video) => {
            setRecording(false);
            send(video);
          }}
          onClose={(left) => {
            setRecording(false);
            if (left && !left.durable) setUnsent(left);
            else void kept.look();
          }}
        />
      )}
    </>
  );
}

/**
 * Anything is sent: cameras make videos whose type no browser knows, and the partner sees the name before
 * accepting. What does not look like a video is named, in case it was a slip.
 */
function remark({ videos, folders }: Dropped, partner: string): string | undefined {
  if (folders > 0) return "A folder cannot be sent. Choose the videos in it.";
  const other = videos.find(({ file }) => file.size > 0 && !file.type.startsWith("video/"));
  return other && `${other.file.name} does not look like a video. ${partner} gets it as it is.`;
}
