import type { ComponentProps, ReactNode } from "react";
import { Link, type LinkProps } from "react-router";
import { classNames } from "./class-names";
import { Spinner } from "./Spinner";

/** `primary` is amber and there is at most one on a page: the next step. */
export type ButtonVariant = "primary" | "quiet" | "outline" | "ghost" | "danger";

const SHAPE =
  "inline-flex min-h-touch select-none items-center justify-center gap-2 rounded-full px-5 text-center text-base font-semibold transition-colors disabled:cursor-not-allowed disabled:opacity-60 aria-disabled:cursor-not-allowed aria-disabled:opacity-60";

const VARIANTS: Record<ButtonVariant, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent/90 active:bg-accent/80",
  quiet: "bg-raised text-text hover:bg-line",
  outline: "border border-control text-text hover:bg-raised",
  ghost: "text-muted hover:bg-raised hover:text-text",
  danger: "border border-danger text-danger hover:bg-danger/10",
};

/** For what must be an anchor of its own, such as a download. */
export function buttonClass(variant: ButtonVariant, wide = false, className?: string): string {
  return classNames(SHAPE, VARIANTS[variant], wide && "w-full", className);
}

interface Look {
  variant?: ButtonVariant;
  wide?: boolean;
  icon?: ReactNode;
}

type ButtonProps = ComponentProps<"button"> & Look & { busy?: boolean };

/** While `busy` it keeps its size and its words, and ignores presses without losing focus. */
export function Button({
  variant = "quiet",
  wide = false,
  icon,
  busy = false,
  className,
  children,
  onClick,
  type = "button",
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      aria-disabled={busy || undefined}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
      className={buttonClass(variant, wide, className)}
    >
      {busy ? <Spinner /> : icon}
      {children}
    </button>
  );
}

export function ButtonLink({
  variant = "quiet",
  wide = false,
  icon,
  className,
  children,
  ...rest
}: LinkProps & Look) {
  return (
    <Link {...rest} className={buttonClass(variant, wide, className)}>
      {icon}
      {children}
    </Link>
  );
}

type IconButtonProps = ComponentProps<"button"> & { label: string };

/** A round target for an icon; `label` is read aloud and shown as a tooltip. */
export function IconButton({
  label,
  className,
  children,
  type = "button",
  ...rest
}: IconButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      aria-label={label}
      title={label}
      className={classNames(
        "inline-flex size-11 shrink-0 items-center justify-center rounded-full text-muted transition-colors hover:bg-raised hover:text-text disabled:opacity-50",
        className,
      )}
    >
      {children}
    </button>
  );
}
