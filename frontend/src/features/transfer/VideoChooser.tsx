import { Upload } from "lucide-react";
import { type DragEvent, useId, useState } from "react";
import { primary, secondary } from "./buttons";

interface VideoChooserProps {
  /** Whether choosing a video is the next step, or one may just do it again. */
  first: boolean;
  onChoose: (files: File[]) => void;
}

/** Choose a video, or drop one. */
export function VideoChooser({ first, onChoose }: VideoChooserProps) {
  const field = useId();
  const [over, setOver] = useState(false);

  const dropped = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    onChoose([...event.dataTransfer.files]);
  };

  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- dropping is a second way to what the label does
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={dropped}
      className={`rounded border border-dashed p-4 text-center ${over ? "border-accent" : "border-control"}`}
    >
      <label
        htmlFor={field}
        className={`${first ? primary : secondary} has-[:focus-visible]:ring-2 has-[:focus-visible]:ring-ring`}
      >
        <Upload size={20} aria-hidden="true" />
        {first ? "Choose a video" : "Choose another video"}
        <input
          id={field}
          type="file"
          accept="video/*"
          multiple
          className="sr-only"
          onChange={({ target }) => {
            onChoose([...(target.files ?? [])]);
            // So that the same file can be chosen again.
            target.value = "";
          }}
        />
      </label>
      <p className="mt-2 hidden text-sm text-muted sm:block">or drop it here</p>
    </div>
  );
}
