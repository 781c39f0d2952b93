import { X } from "lucide-react";
import { useEffect, useId, useRef } from "react";
import type { ReactNode } from "react";
import { IconButton } from "./Button";
import { ToastPlace } from "./Toast";

interface SheetProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/**
 * Comes up from below on a phone, stands in the middle on a desk. The native dialog brings the focus
 * trap, Escape and an inert background; rendered only while it is open.
 */
export function Sheet({ title, onClose, children }: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();

  useEffect(() => {
    const element = dialog.current;
    if (element && !element.open) element.showModal();
  }, []);

  return (
    // The backdrop belongs to the dialog's own box; for the keyboard there is Escape and the close button.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current.close();
      }}
      className="m-0 mt-auto max-h-[85dvh] w-full max-w-none animate-slide-up overflow-visible rounded-t bg-surface p-0 text-text shadow-lifted sm:m-auto sm:w-[30rem] sm:animate-arrive sm:rounded"
    >
      <div className="flex max-h-[85dvh] flex-col">
        <header className="flex items-center justify-between gap-2 pb-1 pl-5 pr-2 pt-2">
          <h2 id={heading} className="text-lg font-semibold">
            {title}
          </h2>
          <IconButton label="Close" onClick={() => dialog.current?.close()}>
            <X className="size-5" aria-hidden="true" />
          </IconButton>
        </header>
        <ToastPlace />
        <div
          role="region"
          aria-labelledby={heading}
          // Text alone can be longer than the sheet, and is scrolled by keyboard too.
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          className="scroll-area pb-safe px-5"
        >
          {children}
        </div>
      </div>
    </dialog>
  );
}
