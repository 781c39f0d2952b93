import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { ToastProvider } from "../../components/Toast";
import type { Match, OwedVideo } from "../../lib/api/types";
import { NextStepCard } from "./NextStepCard";

const asked = vi.fn<(request: Request) => void>();

const video = (state: OwedVideo["state"]): OwedVideo => ({
  state,
  bytes: state === "owed" ? null : 1,
  at: null,
  proof: null,
});

function show(mine: OwedVideo["state"], partners: OwedVideo["state"]) {
  const match = {
    id: "m1",
    status: "accepted",
    partner: { id: "bob", username: "bob", avatar: null },
    exchange: { mine: video(mine), partners: video(partners) },
  } as Match;
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ToastProvider>
        <NextStepCard match={match} meId="ann" />
      </ToastProvider>
    </QueryClientProvider>,
  );
}

const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));

beforeEach(() => {
  asked.mockClear();
  vi.stubGlobal("fetch", (request: Request) => {
    asked(request);
    return Promise.resolve(Response.json({ id: "m1" }));
  });
});

it.each([
  ["verified", "owed", "bob’s video has not come yet. Complete all the same?"],
  ["owed", "verified", "Your video of bob has not gone over yet. Complete all the same?"],
] as const)(
  "asks before it completes while one is %s and the other %s",
  async (mine, his, words) => {
    show(mine, his);
    await press("All handed over");
    expect(screen.getByText(words)).toBeVisible();
    expect(asked).not.toHaveBeenCalled();
    await press("Not yet");
    expect(screen.queryByText(words)).toBeNull();
    await press("All handed over");
    await press("Complete all the same");
    expect(asked).toHaveBeenCalledOnce();
  },
);

it("asks nothing once both went over", async () => {
  show("verified", "sent");
  await press("All handed over");
  expect(asked).toHaveBeenCalledOnce();
});
