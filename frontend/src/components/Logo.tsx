/** The mark in the colour of the text: in the app, amber is kept for what the person does. */
export function Logo({ large = false }: { large?: boolean }) {
  return (
    <span className="inline-flex items-center gap-2.5">
      <svg viewBox="0 0 32 32" className={large ? "size-9" : "size-7"} aria-hidden="true">
        <path d="M12 5h8l8 21H4z" fill="currentColor" opacity="0.16" />
        <path d="M12 2.5h8V6h-8z" fill="currentColor" />
        <circle cx="12.4" cy="15.2" r="2.6" fill="currentColor" />
        <path d="M8.2 26v-3.4a4.2 4.2 0 0 1 7.6-2.5V26z" fill="currentColor" />
        <circle cx="19.8" cy="16.2" r="2.5" className="fill-second" />
        <path d="M23.8 26v-2.8a4 4 0 0 0-6.6-3V26z" className="fill-second" />
      </svg>
      <span
        className={large ? "text-xl font-bold tracking-tight" : "text-lg font-bold tracking-tight"}
      >
        spotlight<span className="text-muted">.cam</span>
      </span>
    </span>
  );
}
