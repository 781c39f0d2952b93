import { RotateCw, Unplug } from "lucide-react";
import { Component } from "react";
import type { ReactNode } from "react";
import { Button } from "./Button";
import { EmptyState } from "./EmptyState";

interface ErrorBoundaryProps {
  /** At another place it is tried again. */
  place: string;
  children: ReactNode;
}

/** A page that cannot be drawn, or a part of it that did not load, takes nothing else down with it. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidUpdate(before: ErrorBoundaryProps): void {
    if (this.state.failed && before.place !== this.props.place) this.setState({ failed: false });
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <div role="alert">
        <EmptyState
          icon={Unplug}
          title="This page did not open"
          action={
            // A part that failed to load stays failed for as long as the page lives.
            <Button
              onClick={() => window.location.reload()}
              icon={<RotateCw className="size-5" aria-hidden="true" />}
            >
              Try again
            </Button>
          }
        >
          Check your connection and try again.
        </EmptyState>
      </div>
    );
  }
}
