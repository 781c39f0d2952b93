import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { App } from "./App";

const refused = (status: number, body: object) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json" },
  });

it("leads to what a form complains of, and to the page one goes to", async () => {
  const scrollTo = vi.fn();
  vi.stubGlobal("scrollTo", scrollTo);
  vi.stubGlobal("fetch", ({ url }: Request) =>
    Promise.resolve(
      url.endsWith("/api/auth/login")
        ? refused(422, { code: "invalid", errors: [{ field: "email", message: "No address." }] })
        : refused(401, { code: "unauthenticated" }),
    ),
  );
  window.history.replaceState(null, "", "/login");
  render(<App />);
  await userEvent.type(await screen.findByLabelText("Email"), "ann@example.com");
  await userEvent.type(screen.getByLabelText("Password"), "correct horse");
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  await waitFor(() => expect(screen.getByLabelText("Email")).toHaveFocus());
  expect(screen.getByLabelText("Email")).toHaveAccessibleDescription("No address.");
  expect(scrollTo).not.toHaveBeenCalled();

  await userEvent.click(screen.getByRole("link", { name: /account/i }));
  expect(await screen.findByLabelText("Username")).toBeVisible();
  expect(scrollTo).toHaveBeenCalledExactlyOnceWith(0, 0);
  expect(screen.getByRole("main")).toHaveFocus();
});
