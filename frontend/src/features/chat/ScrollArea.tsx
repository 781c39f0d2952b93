import { ArrowDown, RotateCw } from "lucide-react";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import { Button } from "../../components/Button";
import { Spinner } from "../../components/Spinner";

interface ScrollAreaProps {
  /** Ids of the first and last message: the list grew at that end when they change. */
  first: string | undefined;
  last: string | undefined;
  /** How many messages of others follow the one with this id. */
  newSince: (id: string | undefined) => number;
  /** Raised when one sent something oneself: then one wants to see it. */
  jump: number;
  loadingOlder: boolean;
  /** Why the past did not load: while it says so, nothing is asked for but by `onRetry`. */
  trouble: string | undefined;
  onRetry: () => void;
  /** Told whether one is at the end of the list, whenever that changes. */
  onAtEnd: (atEnd: boolean) => void;
  /** Reads further into the past; undefined at the beginning of the room. */
  onTop: (() => void) | undefined;
  children: ReactNode;
}

/** Within this of the end one is taken to follow the conversation. */
const FOLLOWING_PX = 80;

/**
 * Keeps the reader where they are: at the end while they follow, and on the same line when older
 * messages are put above. New ones never pull somebody away who reads further up.
 */
export function ScrollArea(props: ScrollAreaProps) {
  const { first, last, newSince, jump, loadingOlder, trouble, onRetry } = props;
  const { onAtEnd, onTop, children } = props;
  const area = useRef<HTMLDivElement>(null);
  const top = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const before = useRef({ first, height: 0 });
  const [atEnd, setAtEnd] = useState(true);
  /** The last message when one began to read further up. */
  const [seen, setSeen] = useState(last);

  const toEnd = useCallback((behavior: ScrollBehavior) => {
    area.current?.scrollTo({ top: area.current.scrollHeight, behavior });
  }, []);

  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    const grewAbove = before.current.first !== first && before.current.first !== undefined;
    if (following.current) element.scrollTop = element.scrollHeight;
    else if (grewAbove) element.scrollTop += element.scrollHeight - before.current.height;
    before.current = { first, height: element.scrollHeight };
    // What stands at the top while the past loads, or did not, is part of the height, too.
  }, [first, last, loadingOlder, trouble]);

  useEffect(() => {
    if (jump > 0) toEnd("instant");
  }, [jump, toEnd]);

  // The keyboard coming up, or a notice going away, must not hide the newest message.
  useEffect(() => {
    const element = area.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      if (following.current) toEnd("instant");
    });
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  }, [toEnd]);

  useEffect(() => {
    const sentinel = top.current;
    if (!sentinel || !onTop || loadingOlder || trouble !== undefined) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) onTop();
      },
      { root: area.current, rootMargin: "300px 0px 0px" },
    );
    observer.observe(sentinel);
    return () => observer.disconnect();
  }, [onTop, loadingOlder, trouble]);

  const fresh = atEnd ? 0 : newSince(seen);

  return (
    <div className="relative min-h-0 grow">
      <div
        ref={area}
        // A region that scrolls must be reachable by keyboard; Safari does not see to it.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        role="region"
        aria-label="Messages"
        className="scroll-area h-full [overflow-anchor:none]"
        onScroll={() => {
          const element = area.current;
          if (!element) return;
          const end =
            element.scrollHeight - element.scrollTop - element.clientHeight < FOLLOWING_PX;
          following.current = end;
          if (end !== atEnd) {
            setAtEnd(end);
            onAtEnd(end);
            setSeen(last);
          }
        }}
      >
        <div className="mx-auto flex min-h-full max-w-3xl flex-col justify-end px-4 py-4 lg:px-6">
          <div ref={top} className="flex h-6 shrink-0 justify-center text-muted">
            {loadingOlder && <Spinner />}
          </div>
          {trouble !== undefined && !loadingOlder && (
            <div role="alert" className="flex flex-col items-center gap-2 pb-4 text-center">
              <p className="text-sm text-muted">Some messages did not load. {trouble}</p>
              <Button
                onClick={() => {
                  // The button goes, and the focus must not go with it.
                  area.current?.focus({ preventScroll: true });
                  onRetry();
                }}
                icon={<RotateCw className="size-5" aria-hidden="true" />}
              >
                Try again
              </Button>
            </div>
          )}
          {children}
        </div>
      </div>
      {fresh > 0 && (
        <button
          type="button"
          onClick={() => toEnd("smooth")}
          className="absolute bottom-3 left-1/2 flex min-h-touch -translate-x-1/2 animate-arrive items-center gap-2 rounded-full bg-text px-5 text-sm font-semibold text-background shadow-lifted"
        >
          <ArrowDown className="size-4" aria-hidden="true" />
          {fresh === 1 ? "1 new message" : `${fresh} new messages`}
        </button>
      )}
    </div>
  );
}
