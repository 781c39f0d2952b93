/** The mark in the colour of the text: in the app, amber is kept for what the person does. */
export function Logo({ large = false }: { large?: boolean }) {
  return (
    <span className="inline-flex items-center gap-2.5">
      <svg viewBox="0 0 32 32" className={large ? "size-9" : "size-7"} aria-hidden="true">
        <path d="M12.5 5h7L27 24H5z" fill="currentColor" opacity="0.18" />
        <path d="M11.5 3h9v3.5h-9z" fill="currentColor" />
        <ellipse cx="16" cy="24.5" rx="11" ry="3.5" fill="currentColor" opacity="0.4" />
        <circle cx="12.5" cy="17.5" r="3.2" fill="currentColor" />
        <circle cx="19.5" cy="17.5" r="3.2" className="fill-second" />
      </svg>
      <span
        className={large ? "text-xl font-bold tracking-tight" : "text-lg font-bold tracking-tight"}
      >
        spotlight<span className="text-muted">.cam</span>
      </span>
    </span>
  );
}
