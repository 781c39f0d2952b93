import { expect, it } from "vitest";
import type { Obstacle } from "../../lib/peer/peer";
import type { Transfer } from "../../lib/transfer/handover";
import type { HandoverView } from "./handover-store";
import { connectionInWords, overdueInWords, stateInWords } from "./wording";

const hindered = (obstacle: Obstacle): HandoverView => ({
  transfers: [],
  connection: { phase: "looking", obstacle, overdue: true },
  place: "here",
  saved: new Set(),
  overRelay: new Set(),
});

it("does not promise that a closed match goes on by itself", () => {
  const view = hindered("match-closed");
  const waiting = { direction: "sent", state: { phase: "waiting", bytes: 5 } } as Transfer;
  expect(connectionInWords(view, "Anna")).toBe("This match is closed: no more videos go over");
  expect(stateInWords(waiting, "Anna", view.connection)).toBe("Interrupted");
  expect(overdueInWords(view, "Anna")).toBe(
    "This match is closed, so no more videos go over. You can upload the video elsewhere and share its link.",
  );
});

it("tells a busy server from a phone without network", () => {
  expect(connectionInWords(hindered("too-busy"), "Anna")).toContain("asked of the server");
  expect(connectionInWords(hindered("we-are-offline"), "Anna")).toContain(
    "Waiting for the network",
  );
});
