import { render, screen } from "@testing-library/react";
import { lazy, Suspense } from "react";
import { expect, it, vi } from "vitest";
import { ErrorBoundary } from "./ErrorBoundary";

const Missing = lazy(() => Promise.reject(new TypeError("Failed to fetch")));

it("keeps the rest when a page's part does not load, and opens the next page", async () => {
  vi.spyOn(console, "error").mockReturnValue();
  const page = (place: string) => (
    <>
      <nav>Matches</nav>
      <ErrorBoundary place={place}>
        <Suspense fallback={null}>{place === "/history" ? <Missing /> : <p>Events</p>}</Suspense>
      </ErrorBoundary>
    </>
  );
  const { rerender } = render(page("/history"));
  expect(await screen.findByRole("button", { name: "Try again" })).toBeInTheDocument();
  expect(screen.getByRole("navigation")).toBeInTheDocument();

  rerender(page("/events"));
  expect(await screen.findByText("Events")).toBeInTheDocument();
  expect(screen.queryByRole("alert")).not.toBeInTheDocument();
});
