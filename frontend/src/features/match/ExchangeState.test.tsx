import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Match, OwedVideo } from "../../lib/api/types";
import { ExchangeState } from "./ExchangeState";

const video = (state: OwedVideo["state"]): OwedVideo => ({
  state,
  bytes: state === "owed" ? null : 21_400_000,
  at: null,
  proof: null,
});

function lines(status: Match["status"], mine: OwedVideo["state"], partners: OwedVideo["state"]) {
  const exchange = { mine: video(mine), partners: video(partners) };
  const partner = { id: "bob", username: "bob", avatar: null };
  const { unmount } = render(<ExchangeState match={{ status, partner, exchange } as Match} />);
  const found = screen.queryAllByRole("listitem").map((line) => line.textContent);
  unmount();
  return found;
}

it("says of each video whose it is and how far it has come", () => {
  expect(lines("accepted", "owed", "owed")).toEqual([
    "Your video of bob: not handed over yet",
    "bob’s video of you: not here yet",
  ]);
  expect(lines("accepted", "sent", "verified")).toEqual([
    "Your video of bob: sent, bob has not confirmed it · 21 MB",
    "bob’s video of you: received and verified · 21 MB",
  ]);
});

it("stays with a completed match, unless nothing went over here", () => {
  expect(lines("completed", "verified", "owed")[0]).toContain("received and verified");
  expect(lines("completed", "owed", "owed")).toEqual([]);
  expect(lines("pending", "owed", "owed")).toEqual([]);
});
