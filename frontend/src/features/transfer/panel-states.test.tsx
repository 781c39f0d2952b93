/** What the panel shows and offers in each state of a transfer, beside a store that does nothing. */
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { KeptVideo } from "../../lib/kept-videos";
import type { Signalling } from "../../lib/signalling";
import type { Transfer } from "../../lib/transfer/handover";
import type { TransferState } from "../../lib/transfer/transfer-state";
import type { HandoverView } from "./handover-store";
import { HandoversProvider } from "./HandoversContext";
import { TransferPanel } from "./TransferPanel";

const NAME = "heat-3.mp4";

const shown = vi.hoisted(() => ({
  view: undefined as unknown as HandoverView,
  store: { send: vi.fn(), accept: vi.fn(), remove: vi.fn() },
  kept: [] as KeptVideo[],
}));
vi.mock("./use-handover", () => ({
  useHandover: () => ({ view: shown.view, store: shown.store }),
}));
vi.mock("../../lib/kept-videos", async (original) => ({
  ...(await original()),
  keptVideos: () => Promise.resolve(shown.kept),
}));

function transfer(direction: Transfer["direction"], state: TransferState): Transfer {
  const described = { name: NAME, size: 5_000_000, mime: "video/mp4", lastModified: 0 };
  const offer = { type: "offer" as const, file: 1, transfer: "t1", ...described };
  return { id: "t1", direction, offer, state };
}

const panel = () => (
  <HandoversProvider>
    <TransferPanel
      matchId="m"
      partner={{ id: "anna", username: "Anna", avatar: null }}
      me={{ id: "ben", username: "Ben" }}
      signalling={{} as Signalling}
      onLinkShared={() => Promise.resolve()}
    />
  </HandoversProvider>
);

const idle: HandoverView = {
  transfers: [],
  connection: { phase: "idle", overdue: false },
  place: "here",
  saved: new Set(),
  overRelay: new Set(),
};

function show(more: Partial<HandoverView>) {
  shown.view = { ...idle, ...more };
  const { rerender } = render(panel());
  return (next: Partial<HandoverView>) => {
    shown.view = { ...idle, ...next };
    rerender(panel());
  };
}

const form = () => screen.queryByRole("form", { name: "Share a link instead" });

beforeEach(() => {
  shown.kept = [];
});

describe("a link instead", () => {
  it("is for who has been looking for the partner in vain", () => {
    show({ connection: { phase: "looking", obstacle: "no-path", overdue: true } });
    expect(form()).toBeVisible();
  });

  it("is not offered while a video goes over", () => {
    show({ connection: { phase: "connected", path: "host", overdue: true } });
    expect(form()).toBeNull();
  });
});

it("offers a recording that is kept here to a transfer whose file is lacking", async () => {
  const file = new File([], NAME, { type: "video/mp4" });
  Object.defineProperty(file, "size", { value: 5_000_000 });
  const video = { file, handle: {} as FileSystemFileHandle, delivered: false };
  shown.kept = [video];
  show({ transfers: [transfer("sent", { phase: "missing", bytes: 0 })] });
  await userEvent.click(await screen.findByRole("button", { name: "Send it" }));
  expect(shown.store.send).toHaveBeenCalledWith(video);
});

describe("without seeing it", () => {
  const button = (name: string | RegExp) => screen.getByRole("button", { name });
  const incoming = (state: TransferState) => ({ transfers: [transfer("received", state)] });

  it("the focus stays with a video as it goes from state to state", async () => {
    const becomes = show(incoming({ phase: "offered", bytes: 0 }));
    button(`Accept ${NAME}`).focus();
    becomes(incoming({ phase: "moving", bytes: 0 }));
    await waitFor(() => expect(button(`Pause ${NAME}`)).toHaveFocus());
    becomes(incoming({ phase: "paused", by: "me", bytes: 0 }));
    await waitFor(() => expect(button(`Go on with ${NAME}`)).toHaveFocus());
    becomes(incoming({ phase: "ended", bytes: 0, end: { by: "partner", reason: "cancelled" } }));
    await waitFor(() => expect(button(`Dismiss ${NAME}`)).toHaveFocus());
    becomes({});
    await waitFor(() => expect(button("Choose a video")).toHaveFocus());
  });

  it("the focus is left where somebody else has it, or nobody", async () => {
    const becomes = show(incoming({ phase: "offered", bytes: 0 }));
    button(`Decline ${NAME}`).focus();
    button(`Decline ${NAME}`).blur();
    becomes(incoming({ phase: "moving", bytes: 0 }));
    await new Promise((resolve) => setTimeout(resolve));
    expect(document.body).toHaveFocus();
  });

  it("several changes at once are all told", () => {
    const another = { ...transfer("received", { phase: "offered", bytes: 0 }), id: "t2" };
    another.offer = { ...another.offer, name: "heat-4.mp4" };
    show({ transfers: [transfer("received", { phase: "offered", bytes: 0 }), another] });
    expect(screen.getByText(`${NAME}: Anna wants to hand you this video`)).toBeInTheDocument();
    expect(screen.getByText("heat-4.mp4: Anna wants to hand you this video")).toBeInTheDocument();
  });

  it("the question about the relay is told, and its answer names the video", () => {
    const paused = transfer("sent", { phase: "paused", by: "me", bytes: 0 });
    show({ transfers: [paused], overRelay: new Set(["t1"]) });
    expect(screen.getByText(/^heat-3\.mp4: Your phones reach each other only/)).toBeInTheDocument();
    expect(button(`Send it anyway: ${NAME}`)).toBeVisible();
  });
});
