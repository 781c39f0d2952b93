import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Link, MemoryRouter, Navigate, Outlet, Route, Routes, useNavigate } from "react-router";
import { beforeEach, expect, it, vi } from "vitest";
import { Arrival } from "./Arrival";
import { Layout } from "./Layout";

const scrollTo = vi.fn();

function Nav() {
  const navigate = useNavigate();
  return (
    <>
      <Link to="/matches">Matches</Link>
      <Link to="/search">New search</Link>
      <Link to="/events?q=open">Search</Link>
      <button onClick={() => void navigate(-1)}>Back</button>
    </>
  );
}

const shell = (
  <Layout nav={<Nav />} notices={null}>
    <Outlet />
  </Layout>
);

beforeEach(() => {
  scrollTo.mockReset();
  vi.stubGlobal("scrollTo", scrollTo);
  render(
    <MemoryRouter initialEntries={["/"]}>
      <Routes>
        <Route index element={<Navigate to="/events" replace />} />
        <Route element={shell}>
          <Route path="/events" element={<h1>Events</h1>} />
          <Route path="/matches" element={<h1>My matches</h1>} />
          <Route
            path="/search"
            element={<input aria-label="Words" ref={(input) => input?.focus()} />}
          />
        </Route>
      </Routes>
      <Arrival />
    </MemoryRouter>,
  );
});

const press = (name: string) => userEvent.click(screen.getByText(name));

it("leaves the first page alone", () => {
  expect(screen.getByRole("heading", { name: "Events" })).toBeVisible();
  expect(scrollTo).not.toHaveBeenCalled();
  expect(document.body).toHaveFocus();
});

it("begins a new page at its top, with the focus on what is new", async () => {
  await press("Matches");
  expect(screen.getByRole("heading", { name: "My matches" })).toBeVisible();
  expect(scrollTo).toHaveBeenCalledExactlyOnceWith(0, 0);
  expect(screen.getByRole("main")).toHaveFocus();
});

it("leaves a page alone of which only the search changes", async () => {
  await press("Search");
  expect(scrollTo).not.toHaveBeenCalled();
  expect(screen.getByText("Search")).toHaveFocus();
});

it("leaves to the browser where going back leads", async () => {
  await press("Matches");
  await press("Back");
  expect(screen.getByRole("heading", { name: "Events" })).toBeVisible();
  expect(scrollTo).toHaveBeenCalledOnce();
  expect(screen.getByText("Back")).toHaveFocus();
});

it("leaves the focus where a page has put it", async () => {
  await press("New search");
  expect(screen.getByLabelText("Words")).toHaveFocus();
});
