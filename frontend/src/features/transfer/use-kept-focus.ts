import { type FocusEvent, useCallback, useRef } from "react";

const FOCUSABLE = "button:not(:disabled), a[href]";

/**
 * Buttons go as they are pressed, since something else can be done then. The focus moves on to the nearest one
 * that is still there, instead of falling back to the top of the page.
 */
export function useKeptFocus() {
  /** What has the focus, and what it is in, from the inside out. */
  const path = useRef<Element[]>([]);

  const ref = useCallback((place: HTMLElement) => {
    const observer = new MutationObserver(() => {
      const [focused] = path.current;
      const lost = focused?.isConnected === false && document.activeElement === document.body;
      if (lost) focusWithin(path.current);
    });
    observer.observe(place, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, []);

  const onFocus = useCallback(({ target, currentTarget }: FocusEvent<HTMLElement>) => {
    path.current = target.closest("dialog") ? [] : pathOf(target, currentTarget);
  }, []);

  /** Not called by React for what it takes away itself. */
  const onBlur = useCallback(() => {
    path.current = [];
  }, []);

  return { ref, onFocus, onBlur };
}

function pathOf(from: Element, to: Element): Element[] {
  const path = [];
  for (let at: Element | null = from; at && at !== to; at = at.parentElement) path.push(at);
  return [...path, to];
}

function focusWithin(places: readonly Element[]): void {
  for (const place of places) {
    const next = place.isConnected && place.querySelector<HTMLElement>(FOCUSABLE);
    if (!next) continue;
    next.focus();
    return;
  }
}
