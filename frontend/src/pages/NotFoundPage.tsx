import { SearchX } from "lucide-react";
import { ButtonLink } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import { useTitle } from "../components/PageHeader";

export function NotFoundPage() {
  useTitle("Not found");
  return (
    <main
      id="main"
      tabIndex={-1}
      className="flex min-h-dvh items-center justify-center outline-none"
    >
      <h1 className="sr-only">Page not found</h1>
      <EmptyState
        icon={SearchX}
        title="Nothing here"
        action={<ButtonLink to="/events">To the events</ButtonLink>}
      >
        This page does not exist, or not any more.
      </EmptyState>
    </main>
  );
}
