import { render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { Problem } from "../lib/api/problem";
import { ShowMore } from "./ShowMore";

it("says why the next part did not come, and lets one ask again", () => {
  const fetchNextPage = vi.fn(() => Promise.resolve());
  render(
    <ShowMore
      list={{
        hasNextPage: true,
        isFetchingNextPage: false,
        isFetchNextPageError: true,
        error: Problem.offline(),
        fetchNextPage,
      }}
    />,
  );
  expect(screen.getByRole("alert")).toHaveTextContent("No connection.");
  screen.getByRole("button", { name: "Show more" }).click();
  expect(fetchNextPage).toHaveBeenCalledOnce();
});
