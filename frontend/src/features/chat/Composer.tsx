import { SendHorizontal } from "lucide-react";
import { useRef, useState } from "react";
import { classNames } from "../../components/class-names";

interface ComposerProps {
  placeholder: string;
  prominent: boolean;
  onSend: (content: string) => void;
  /** With every change of what is written. */
  onType?: () => void;
}

const LIMIT = 2_000;
/** From here on it is worth knowing how much room is left. */
const COUNT_FROM = 1_800;
const MAX_ROWS = 5;

export function Composer({ placeholder, prominent, onSend, onType }: ComposerProps) {
  const [text, setText] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const content = text.trim();
  // The server counts characters, not UTF-16 units: an emoji is one.
  const length = Array.from(content).length;
  const sendable = length > 0 && length <= LIMIT;

  const send = () => {
    if (!sendable) return;
    onSend(content);
    setText("");
    field.current?.focus();
  };

  return (
    <form
      className="pb-safe border-t border-line bg-background px-3 pt-3"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="mx-auto flex max-w-3xl items-end gap-2 lg:px-3">
        <label className="min-w-0 grow">
          <span className="sr-only">{placeholder}</span>
          <textarea
            ref={field}
            value={text}
            rows={Math.min(MAX_ROWS, text.split("\n").length + Math.floor(text.length / 42))}
            placeholder={placeholder}
            enterKeyHint="send"
            autoComplete="off"
            onChange={(event) => {
              setText(event.target.value);
              if (event.target.value.trim() !== "") onType?.();
            }}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
              event.preventDefault();
              send();
            }}
            className="scroll-area block w-full resize-none rounded border border-control bg-surface px-4 py-2.5 placeholder:text-muted"
          />
        </label>
        <button
          type="submit"
          aria-label="Send"
          title="Send"
          aria-disabled={!sendable}
          className={classNames(
            "flex size-[46px] shrink-0 items-center justify-center rounded-full transition-colors",
            !sendable && "bg-raised text-muted",
            sendable && (prominent ? "bg-accent text-on-accent" : "bg-second text-background"),
          )}
        >
          <SendHorizontal className="size-5" aria-hidden="true" />
        </button>
      </div>
      {length > COUNT_FROM && (
        <p
          role="status"
          className={classNames("px-4 pt-1 text-sm", length > LIMIT ? "text-danger" : "text-muted")}
        >
          {length > LIMIT
            ? `${length - LIMIT} characters too many`
            : `${LIMIT - length} characters left`}
        </p>
      )}
    </form>
  );
}
