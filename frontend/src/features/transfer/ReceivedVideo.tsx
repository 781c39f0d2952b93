import { Download, Share, X } from "lucide-react";
import { useRef, useState } from "react";
import { Button, buttonClass, type ButtonVariant } from "../../components/Button";
import { bytes } from "../../lib/bytes";
import { addressOf } from "./file-address";
import { hasSavePicker, pickPlaceFor } from "./file-pickers";
import { PlayableVideo } from "./PlayableVideo";
import { type SaveResult, saveTroubleInWords, writeTo } from "./save-file";

interface ReceivedVideoProps {
  file: Blob;
  name: string;
  saved: boolean;
  onSave: (how: SaveResult) => void;
}

/** The video plays where it arrived; saving it is the next step, since the page is no place to keep it. */
export function ReceivedVideo({ file, name, saved, onSave }: ReceivedVideoProps) {
  const [trouble, setTrouble] = useState<string>();
  const look: ButtonVariant = saved ? "outline" : "primary";
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap gap-2">
        {hasSavePicker() ? (
          <SaveButton file={file} name={name} look={look} onSave={onSave} onTrouble={setTrouble} />
        ) : (
          <a
            href={addressOf(file)}
            download={name}
            className={buttonClass(look)}
            onClick={() => onSave("begun")}
          >
            <Download size={20} aria-hidden="true" />
            Save
          </a>
        )}
        <ShareButton file={file} name={name} onSave={onSave} onTrouble={setTrouble} />
      </div>
      {trouble && (
        <p role="alert" className="text-sm text-danger">
          {trouble}
        </p>
      )}
      <PlayableVideo
        file={file}
        label={`Video ${name}`}
        className="aspect-video w-full rounded bg-background"
      />
    </div>
  );
}

interface WayOutProps {
  file: Blob;
  name: string;
  onSave: (how: SaveResult) => void;
  onTrouble: (words: string | undefined) => void;
}

function SaveButton({
  file,
  name,
  look,
  onSave,
  onTrouble,
}: WayOutProps & { look: ButtonVariant }) {
  const [written, setWritten] = useState<number>();
  const [done, setDone] = useState(false);
  // Goes on when the person looks at another page of the app meanwhile.
  const saving = useRef<AbortController>(undefined);

  async function save() {
    onTrouble(undefined);
    setDone(false);
    const stop = new AbortController();
    try {
      const place = await pickPlaceFor(name);
      if (!place) return;
      saving.current = stop;
      setWritten(0);
      await writeTo(place, file, { onProgress: setWritten, signal: stop.signal });
      setDone(true);
      onSave("confirmed");
    } catch (cause) {
      if (!stop.signal.aborted) onTrouble(saveTroubleInWords(cause));
    } finally {
      setWritten(undefined);
    }
  }

  return (
    <>
      <Button
        variant={look}
        busy={written !== undefined}
        icon={<Download size={20} aria-hidden="true" />}
        onClick={() => void save()}
      >
        Save
      </Button>
      {written !== undefined && (
        <>
          <Button
            variant="ghost"
            icon={<X size={20} aria-hidden="true" />}
            onClick={() => saving.current?.abort()}
          >
            Stop saving
          </Button>
          <p className="w-full text-sm tabular-nums text-muted">
            Saving: {bytes(written)} of {bytes(file.size)}
          </p>
        </>
      )}
      <p role="status" className="self-center text-sm text-success">
        {done && "Saved"}
      </p>
    </>
  );
}

/** A phone's share sheet is its way into the gallery, and on to others. */
function ShareButton({ file, name, onSave, onTrouble }: WayOutProps) {
  // A Blob is wrapped, not copied.
  const shared = new File([file], name, { type: file.type });
  if (!("canShare" in navigator) || !navigator.canShare({ files: [shared] })) return null;

  async function share() {
    onTrouble(undefined);
    try {
      await navigator.share({ files: [shared] });
      onSave("begun");
    } catch (cause) {
      if (cause instanceof DOMException && cause.name === "AbortError") return;
      onTrouble("This phone does not share a video this large. Save it instead.");
    }
  }

  return (
    <Button
      variant="outline"
      icon={<Share size={20} aria-hidden="true" />}
      onClick={() => void share()}
    >
      Share
    </Button>
  );
}
