import { useEffect } from "react";

/** By then a form that is under way has taken back what was wrong with it before. */
const TAKEN_BACK_MS = 50;

/**
 * Where a form that was sent is refused, what is wrong may stand outside of what one sees: the focus
 * goes to the first field that is wrong, or to what is said of the form as a whole. Heard at the
 * document, so that every form has it.
 */
export function useRefusalsInView(): void {
  useEffect(() => {
    let observer: MutationObserver | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = () => {
      observer?.disconnect();
      clearTimeout(timer);
    };
    const watch = ({ target: form }: SubmitEvent) => {
      stop();
      if (!(form instanceof HTMLFormElement)) return;
      const lead = () => {
        const complaint = firstComplaint(form);
        if (!complaint) return;
        stop();
        if (isStillAt(form)) complaint.focus();
      };
      observer = new MutationObserver(lead);
      observer.observe(form, {
        subtree: true,
        childList: true,
        characterData: true,
        attributeFilter: ["aria-invalid"],
      });
      // What is wrong with what is typed now was not sent.
      form.addEventListener("input", stop, { once: true });
      // Refused as it was the last time, nothing changes.
      timer = setTimeout(lead, TAKEN_BACK_MS);
    };
    // Before the form itself hears of it, which may refuse at once.
    document.addEventListener("submit", watch, true);
    return () => {
      document.removeEventListener("submit", watch, true);
      stop();
    };
  }, []);
}

function firstComplaint(form: HTMLFormElement): HTMLElement | null {
  const field = form.querySelector<HTMLElement>('[aria-invalid="true"]');
  if (field) return field;
  const alert = form.querySelector<HTMLElement>('[role="alert"]:not(:empty)');
  if (alert) alert.tabIndex = -1;
  return alert;
}

/** Whoever has gone on elsewhere while the answer came is not called back. */
function isStillAt(form: HTMLFormElement): boolean {
  const focused = document.activeElement ?? document.body;
  return focused.contains(form) || form.contains(focused);
}
