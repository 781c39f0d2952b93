import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter, Route, Routes } from "react-router";
import { expect, it, vi } from "vitest";
import { AuthProvider } from "./features/auth/AuthContext";
import { SignedInOnly } from "./features/auth/Doors";
import { keys } from "./lib/query-keys";
import { RatePartnerPage } from "./pages/RatePartnerPage";

const match = {
  id: "m1",
  status: "completed",
  partner: { id: "bob", username: "bob", avatar: null },
  event: { name: "Budafest" },
  rating: { mine: null, theirs: null },
};

const json = (body: unknown) =>
  new Response(JSON.stringify(body), { headers: { "content-type": "application/json" } });

it("keeps what is being typed when reading the match again comes to nothing", async () => {
  let reachable = true;
  vi.stubGlobal("fetch", ({ url }: Request) => {
    if (!reachable) return Promise.reject(new TypeError("unreachable"));
    return Promise.resolve(json(url.endsWith("/api/users/me") ? { id: "ann" } : match));
  });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={client}>
      <AuthProvider>
        <MemoryRouter initialEntries={["/matches/m1/rate"]}>
          <Routes>
            <Route element={<SignedInOnly />}>
              <Route path="/matches/:id/rate" element={<RatePartnerPage />} />
            </Route>
          </Routes>
        </MemoryRouter>
      </AuthProvider>
    </QueryClientProvider>,
  );
  await userEvent.type(await screen.findByRole("textbox"), "Steady hands");

  reachable = false;
  await act(() => client.refetchQueries({ queryKey: keys.match("m1") }));
  expect(client.getQueryState(keys.match("m1"))?.status).toBe("error");
  // What was read is drawn in a turn of its own.
  await act(() => new Promise((drawn) => setTimeout(drawn)));
  expect(screen.getByRole("textbox")).toHaveValue("Steady hands");
});
