import type { ReactNode } from "react";

interface LayoutProps {
  nav: ReactNode;
  /** Bars above every page: offline, a request to film, a new version. */
  notices: ReactNode;
  /** A room fills the screen of a phone: its composer stands where the tabs would. */
  room?: boolean;
  children: ReactNode;
}

/** Navigation below on a phone, at the side on a desk; the page in between. */
export function Layout({ nav, notices, room = false, children }: LayoutProps) {
  return (
    <div className={room ? "h-dvh lg:pl-60" : "min-h-dvh lg:pl-60"}>
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:left-4 focus:top-4 focus:z-50 focus:rounded-full focus:bg-raised focus:px-4 focus:py-2"
      >
        Skip to content
      </a>
      <div className={room ? "hidden lg:block" : undefined}>{nav}</div>
      <div className={room ? "flex h-full flex-col" : undefined}>
        <div className="sticky top-0 z-20">{notices}</div>
        <main
          id="main"
          tabIndex={-1}
          className={
            room
              ? "flex min-h-0 grow flex-col outline-none"
              : "mx-auto flex w-full max-w-3xl flex-col gap-6 px-4 pb-28 pt-4 outline-none lg:px-8 lg:pb-12 lg:pt-8"
          }
        >
          {children}
        </main>
      </div>
    </div>
  );
}
