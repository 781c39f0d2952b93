import { ArrowLeft } from "lucide-react";
import { useEffect } from "react";
import type { ReactNode } from "react";
import { Link } from "react-router";

interface PageHeaderProps {
  title: string;
  subtitle?: ReactNode;
  back?: { to: string; label: string };
  face?: ReactNode;
  action?: ReactNode;
}

/** The bar of a room: way back, whose it is, and one thing to open. Also names the browser's tab. */
export function PageHeader({ title, subtitle, back, face, action }: PageHeaderProps) {
  useTitle(title);
  return (
    <header className="flex min-h-16 items-center gap-2 border-b border-line bg-background px-2 py-2 lg:px-4">
      {back && (
        <Link
          to={back.to}
          aria-label={back.label}
          title={back.label}
          className="flex size-11 shrink-0 items-center justify-center rounded-full text-muted hover:bg-raised hover:text-text"
        >
          <ArrowLeft className="size-5" aria-hidden="true" />
        </Link>
      )}
      {face}
      <div className="min-w-0 grow">
        <h1 className="truncate text-base font-semibold">{title}</h1>
        {subtitle && <div className="truncate text-sm text-muted">{subtitle}</div>}
      </div>
      {action}
    </header>
  );
}

/** The large title of a page that is a list. */
export function PageTitle({ children, action }: { children: string; action?: ReactNode }) {
  useTitle(children);
  return (
    <header className="flex min-h-touch items-center justify-between gap-4">
      <h1 className="text-2xl font-bold tracking-tight">{children}</h1>
      {action}
    </header>
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · spotlight.cam`;
  }, [title]);
}
