import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState } from "react";
import { api, unwrap } from "../../lib/api/client";
import { keys } from "../../lib/query-keys";
import { storedTheme } from "../../lib/theme";

/** What the service's script offers: Cloudflare Turnstile's interface, or one like it. */
interface Widgets {
  render(
    place: HTMLElement,
    options: {
      sitekey: string;
      theme: "light" | "dark" | "auto";
      callback: (answer: string) => void;
      "expired-callback": () => void;
      "error-callback": () => void;
    },
  ): string;
  reset(widget: string): void;
  remove(widget: string): void;
}

declare global {
  interface Window {
    turnstile?: Widgets;
  }
}

const scripts = new Map<string, Promise<Widgets>>();

/** Loads the service's script, once. One that failed may be tried again. */
function load(address: string): Promise<Widgets> {
  const known = scripts.get(address);
  if (known) return known;
  const loading = new Promise<Widgets>((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${address}?render=explicit`;
    script.async = true;
    script.onload = () =>
      window.turnstile ? resolve(window.turnstile) : reject(new Error("the script offers nothing"));
    script.onerror = () => {
      script.remove();
      reject(new Error("the script did not load"));
    };
    document.head.append(script);
  });
  loading.catch(() => scripts.delete(address));
  scripts.set(address, loading);
  return loading;
}

/**
 * Shows that somebody is no program, where the server asks for that. Each answer is good once:
 * `refused` is when the form was refused last, and asks for another.
 */
export function Captcha({
  refused,
  error,
  onAnswer,
}: {
  refused: number;
  error?: string | undefined;
  onAnswer: (answer: string | undefined) => void;
}) {
  const place = useRef<HTMLDivElement>(null);
  const shown = useRef<{ widgets: Widgets; widget: string }>(undefined);
  const [failed, setFailed] = useState(false);
  const describedBy = useId();
  const { data } = useQuery({
    queryKey: keys.captcha,
    queryFn: () => unwrap(api.GET("/api/auth/captcha")),
    select: ({ captcha }) => captcha,
    staleTime: Infinity,
  });

  useEffect(() => {
    if (!data) return;
    let gone = false;
    load(data.script)
      .then((widgets) => {
        if (gone || !place.current) return;
        const theme = storedTheme();
        const widget = widgets.render(place.current, {
          sitekey: data.siteKey,
          theme: theme === "system" ? "auto" : theme,
          callback: onAnswer,
          "expired-callback": () => onAnswer(undefined),
          "error-callback": () => {
            onAnswer(undefined);
            setFailed(true);
          },
        });
        shown.current = { widgets, widget };
      })
      .catch(() => !gone && setFailed(true));
    return () => {
      gone = true;
      if (shown.current) shown.current.widgets.remove(shown.current.widget);
      shown.current = undefined;
    };
  }, [data, onAnswer]);

  useEffect(() => {
    if (refused === 0 || !shown.current) return;
    onAnswer(undefined);
    shown.current.widgets.reset(shown.current.widget);
  }, [refused, onAnswer]);

  if (!data) return null;
  const complaint = failed
    ? "The check that you are no program did not load. Is something blocking it?"
    : error;
  return (
    <div role="group" aria-label="Check that you are no program" aria-describedby={describedBy}>
      <div ref={place} className="min-h-16" />
      <p id={describedBy} role="alert" className="text-sm text-danger empty:hidden">
        {complaint}
      </p>
    </div>
  );
}
