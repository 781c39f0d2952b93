import { Upload } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import { Button } from "../../components/Button";
import { classNames } from "../../components/class-names";

interface VideoChooserProps {
  /** A first video is the next step; one may always send another. */
  next: boolean;
  again: boolean;
  onChoose: (files: File[]) => void;
}

/** Choose a video, or drop one. */
export function VideoChooser({ next, again, onChoose }: VideoChooserProps) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);

  const dropped = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    onChoose([...event.dataTransfer.files]);
  };

  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- dropping is a second way to what the button does
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={dropped}
      className={classNames(
        "rounded border border-dashed p-4 text-center",
        over ? "border-accent" : "border-control",
      )}
    >
      <Button
        variant={next ? "primary" : "outline"}
        icon={<Upload size={20} aria-hidden="true" />}
        onClick={() => input.current?.click()}
      >
        {again ? "Choose another video" : "Choose a video"}
      </Button>
      <input
        ref={input}
        type="file"
        accept="video/*"
        multiple
        hidden
        aria-label="Video to hand over"
        onChange={({ target }) => {
          onChoose([...(target.files ?? [])]);
          // So that the same file can be chosen again.
          target.value = "";
        }}
      />
      <p className="mt-2 hidden text-sm text-muted sm:block">or drop it here</p>
    </div>
  );
}
