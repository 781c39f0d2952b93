import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { AuthProvider } from "./AuthContext";
import { RegisterForm } from "./RegisterForm";

const problem = (status: number, body: object) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json" },
  });

function renderAgainst(register: () => Response) {
  vi.stubGlobal("fetch", (request: Request) =>
    Promise.resolve(
      request.url.endsWith("/api/auth/register")
        ? register()
        : problem(401, { code: "unauthenticated", title: "Sign in" }),
    ),
  );
  render(
    <QueryClientProvider client={new QueryClient()}>
      <AuthProvider>
        <RegisterForm />
      </AuthProvider>
    </QueryClientProvider>,
  );
}

async function fillAndSend() {
  await userEvent.type(screen.getByLabelText("Username"), "ann");
  await userEvent.type(screen.getByLabelText("Email"), "ann@example.com");
  await userEvent.type(screen.getByLabelText("Password"), "correct horse");
  await userEvent.click(screen.getByRole("button", { name: "Create account" }));
}

beforeEach(() => {
  vi.unstubAllGlobals();
});

describe("registering", () => {
  it("shows each of the server's complaints at its own field", async () => {
    renderAgainst(() =>
      problem(422, {
        code: "invalid",
        title: "Invalid",
        errors: [{ field: "password", message: "This one is in every list." }],
      }),
    );
    await fillAndSend();
    const password = await screen.findByLabelText("Password");
    await vi.waitFor(() => expect(password).toBeInvalid());
    expect(password).toHaveAccessibleDescription("This one is in every list.");
    expect(screen.getByLabelText("Username")).toBeValid();
  });

  it("puts a taken username where the username is", async () => {
    renderAgainst(() =>
      problem(409, { code: "username_taken", title: "Taken", detail: "Somebody has that name." }),
    );
    await fillAndSend();
    await vi.waitFor(() =>
      expect(screen.getByLabelText("Username")).toHaveAccessibleDescription(
        "Somebody has that name.",
      ),
    );
  });

  it("says above the form what concerns no field", async () => {
    renderAgainst(() =>
      problem(429, { code: "rate_limited", title: "Slow", detail: "Too many tries." }),
    );
    await fillAndSend();
    expect(await screen.findByRole("alert")).toHaveTextContent("Too many tries.");
  });

  it("shows the password while asked to", async () => {
    renderAgainst(() => problem(500, {}));
    const password = screen.getByLabelText("Password");
    expect(password).toHaveAttribute("type", "password");
    await userEvent.click(screen.getByRole("button", { name: "Show password" }));
    expect(password).toHaveAttribute("type", "text");
  });
});
