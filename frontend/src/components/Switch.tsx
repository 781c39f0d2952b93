import { useId } from "react";
import { classNames } from "./class-names";

interface SwitchProps {
  label: string;
  hint?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

export function Switch({ label, hint, checked, onChange }: SwitchProps) {
  const id = useId();
  return (
    <div className="flex min-h-touch items-center justify-between gap-4">
      <label htmlFor={id} className="grow cursor-pointer py-2 font-medium">
        {label}
        {hint && <span className="block text-sm font-normal text-muted">{hint}</span>}
      </label>
      <button
        id={id}
        type="button"
        role="switch"
        aria-checked={checked}
        onClick={() => onChange(!checked)}
        className="flex h-11 w-14 shrink-0 items-center justify-center rounded-full"
      >
        <span
          className={classNames(
            "flex h-8 w-14 items-center rounded-full border p-1 transition-colors",
            checked ? "border-text bg-text" : "border-control bg-surface",
          )}
        >
          <span
            className={classNames(
              "size-5 rounded-full transition-transform",
              checked ? "translate-x-6 bg-background" : "bg-control",
            )}
          />
        </span>
      </button>
    </div>
  );
}
