import { X } from "lucide-react";
import { createContext, use, useCallback, useMemo, useRef, useState } from "react";
import type { ReactNode } from "react";
import { classNames } from "./class-names";
import { IconButton } from "./Button";

type Tone = "plain" | "success" | "danger";

interface Toast {
  id: number;
  tone: Tone;
  text: string;
}

const SHOWN_MS = 6_000;

const ToastContext = createContext<(text: string, tone?: Tone) => void>(() => undefined);

/** Says one sentence about what just happened, for a few seconds. */
export const useToast = () => use(ToastContext);

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const nextId = useRef(0);

  const dismiss = useCallback((id: number) => {
    setToasts((shown) => shown.filter((toast) => toast.id !== id));
  }, []);
  const show = useCallback(
    (text: string, tone: Tone = "plain") => {
      const id = ++nextId.current;
      setToasts((shown) => [...shown.slice(-2), { id, tone, text }]);
      setTimeout(() => dismiss(id), SHOWN_MS);
    },
    [dismiss],
  );

  const list = useMemo(
    () =>
      toasts.map(({ id, tone, text }) => (
        <div
          key={id}
          className={classNames(
            "pointer-events-auto flex w-full animate-arrive items-center gap-2 rounded bg-raised py-1 pl-4 pr-1 shadow-lifted",
            tone === "success" && "border-l-4 border-success",
            tone === "danger" && "border-l-4 border-danger",
          )}
        >
          <p className="grow py-2">{text}</p>
          <IconButton label="Dismiss" onClick={() => dismiss(id)}>
            <X className="size-5" aria-hidden="true" />
          </IconButton>
        </div>
      )),
    [toasts, dismiss],
  );

  return (
    <ToastContext value={show}>
      {children}
      <div
        role="status"
        aria-live="polite"
        className="pointer-events-none fixed inset-x-4 bottom-24 z-40 mx-auto flex max-w-md flex-col items-center gap-2"
      >
        {list}
      </div>
    </ToastContext>
  );
}
