import { CircleAlert, Eye, EyeOff } from "lucide-react";
import { useId, useState } from "react";
import type { ComponentProps, ReactNode } from "react";
import { classNames } from "./class-names";

const CONTROL =
  "min-h-touch w-full rounded border bg-surface px-4 py-2.5 text-base text-text placeholder:text-muted";

interface Frame {
  label: string;
  hint?: string;
  error?: string;
}

interface WrapperProps extends Frame {
  id: string;
  children: ReactNode;
}

function Wrapper({ id, label, hint, error, children }: WrapperProps) {
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children}
      {error ? (
        <p id={`${id}-note`} className="flex items-start gap-1.5 text-sm text-danger">
          <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
          {error}
        </p>
      ) : (
        hint && (
          <p id={`${id}-note`} className="text-sm text-muted">
            {hint}
          </p>
        )
      )}
    </div>
  );
}

function described(id: string, { hint, error }: Frame) {
  return {
    id,
    "aria-invalid": error ? true : undefined,
    "aria-describedby": (error ?? hint) ? `${id}-note` : undefined,
  };
}

const border = (error?: string) => (error ? "border-danger" : "border-control");

export function TextField({
  label,
  hint,
  error,
  className,
  ...rest
}: ComponentProps<"input"> & Frame) {
  const id = useId();
  return (
    <Wrapper id={id} label={label} hint={hint} error={error}>
      <input
        {...rest}
        {...described(id, { label, hint, error })}
        className={classNames(CONTROL, border(error), className)}
      />
    </Wrapper>
  );
}

/** Asks for a mail address; which one `autoComplete` offers is the caller's to say. */
export function EmailField(props: ComponentProps<typeof TextField>) {
  return (
    <TextField
      name="email"
      type="email"
      inputMode="email"
      autoCapitalize="none"
      required
      {...props}
    />
  );
}

export function PasswordField({
  label,
  hint,
  error,
  ...rest
}: Omit<ComponentProps<"input">, "type"> & Frame) {
  const id = useId();
  const [shown, setShown] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  return (
    <Wrapper id={id} label={label} hint={hint} error={error}>
      <div className="relative">
        <input
          {...rest}
          {...described(id, { label, hint, error })}
          type={shown ? "text" : "password"}
          autoCapitalize="none"
          spellCheck={false}
          className={classNames(CONTROL, border(error), "pr-14")}
        />
        <button
          type="button"
          aria-pressed={shown}
          aria-label="Show password"
          title={shown ? "Hide password" : "Show password"}
          onClick={() => setShown(!shown)}
          className="absolute inset-y-0 right-0 flex w-12 items-center justify-center rounded text-muted hover:text-text"
        >
          <Icon className="size-5" aria-hidden="true" />
        </button>
      </div>
    </Wrapper>
  );
}

export function TextArea({
  label,
  hint,
  error,
  className,
  ...rest
}: ComponentProps<"textarea"> & Frame) {
  const id = useId();
  return (
    <Wrapper id={id} label={label} hint={hint} error={error}>
      <textarea
        rows={3}
        {...rest}
        {...described(id, { label, hint, error })}
        className={classNames(CONTROL, border(error), "resize-none", className)}
      />
    </Wrapper>
  );
}

export function SelectField({
  label,
  hint,
  error,
  className,
  ...rest
}: ComponentProps<"select"> & Frame) {
  const id = useId();
  return (
    <Wrapper id={id} label={label} hint={hint} error={error}>
      <select
        {...rest}
        {...described(id, { label, hint, error })}
        className={classNames(CONTROL, border(error), className)}
      />
    </Wrapper>
  );
}
