import type { ReactNode } from "react";
import { Logo } from "./Logo";
import { useTitle } from "./PageHeader";

interface WelcomeProps {
  title: string;
  children: ReactNode;
  footer: ReactNode;
}

/** The door: what this is, in one sentence, and a form under a single beam of light. */
export function Welcome({ title, children, footer }: WelcomeProps) {
  useTitle(title);
  return (
    <main
      id="main"
      tabIndex={-1}
      className="relative isolate flex min-h-dvh flex-col items-center overflow-hidden px-4 py-8 outline-none sm:justify-center"
    >
      <svg
        aria-hidden="true"
        viewBox="0 0 800 900"
        preserveAspectRatio="xMidYMin slice"
        className="absolute inset-0 -z-10 size-full text-second"
      >
        <defs>
          <linearGradient id="beam" x1="0" y1="0" x2="0" y2="1">
            <stop offset="0" stopColor="currentColor" stopOpacity="0.16" />
            <stop offset="1" stopColor="currentColor" stopOpacity="0" />
          </linearGradient>
        </defs>
        <path d="M380 0h40l300 900H80z" fill="url(#beam)" />
      </svg>
      <div className="flex w-full max-w-sm flex-col gap-6">
        <div className="flex flex-col items-center gap-5 pt-4 text-center">
          <Logo large />
          <p className="text-muted">
            I film you, you film me. Videos go straight from phone to phone.
          </p>
        </div>
        <section className="flex flex-col gap-6 rounded bg-surface p-5 shadow-lifted sm:p-7">
          <h1 className="text-xl font-semibold">{title}</h1>
          {children}
        </section>
        <div className="text-center text-muted">{footer}</div>
      </div>
    </main>
  );
}
