import type { ComponentProps, ReactNode } from "react";
import { classNames } from "./class-names";

/** A filter that is on or off. */
export function FilterChip({
  pressed,
  className,
  ...rest
}: ComponentProps<"button"> & { pressed: boolean }) {
  return (
    <button
      {...rest}
      type="button"
      aria-pressed={pressed}
      className={classNames(
        "min-h-touch shrink-0 rounded-full border px-4 text-sm font-medium transition-colors",
        pressed
          ? "border-text bg-text text-background"
          : "border-control text-muted hover:bg-raised hover:text-text",
        className,
      )}
    />
  );
}

const TONES = {
  muted: "bg-raised text-muted",
  second: "bg-second/15 text-second",
  success: "bg-success/15 text-success",
  danger: "bg-danger/15 text-danger",
};

/** A word about a state. */
export function Badge({
  tone = "muted",
  children,
}: {
  tone?: keyof typeof TONES;
  children: ReactNode;
}) {
  return (
    <span
      className={classNames(
        "inline-flex shrink-0 items-center gap-1 rounded-full px-2.5 py-0.5 text-xs font-medium",
        TONES[tone],
      )}
    >
      {children}
    </span>
  );
}

/** Somebody, or something, is on right now. */
export function LiveDot() {
  return (
    <span aria-hidden="true" className="size-2 shrink-0 animate-breathe rounded-full bg-accent" />
  );
}
