import { X } from "lucide-react";
import {
  createContext,
  use,
  useCallback,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from "react";
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

interface Places {
  list: ReactNode;
  /** Who shows the list: the place that opened last. */
  shownIn: string | undefined;
  /** Answers the way to close it again. */
  open: (place: string) => () => void;
}

const PlacesContext = createContext<Places>({
  list: null,
  shownIn: undefined,
  open: () => () => undefined,
});

/** Says one sentence about what just happened, for a few seconds. */
export const useToast = () => use(ToastContext);

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const [places, setPlaces] = useState<readonly string[]>([]);
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

  const open = useCallback((place: string) => {
    setPlaces((before) => [...before, place]);
    return () => setPlaces((before) => before.filter((other) => other !== place));
  }, []);
  const shownIn = places.at(-1);
  const inPlaces = useMemo(() => ({ list, shownIn, open }), [list, shownIn, open]);

  return (
    <ToastContext value={show}>
      <PlacesContext value={inPlaces}>{children}</PlacesContext>
      <div
        role="status"
        aria-live="polite"
        className="pointer-events-none fixed inset-x-4 bottom-24 z-40 mx-auto flex max-w-md flex-col items-center gap-2"
      >
        {shownIn === undefined && list}
      </div>
    </ToastContext>
  );
}

/** For a modal dialog: what is said while it is open is said in it, since it hides the page, to a screen reader too. */
export function ToastPlace() {
  const place = useId();
  const { list, shownIn, open } = use(PlacesContext);
  useEffect(() => open(place), [open, place]);
  return (
    <div aria-live="polite" className="flex shrink-0 flex-col gap-2 px-5">
      {shownIn === place && list}
    </div>
  );
}
