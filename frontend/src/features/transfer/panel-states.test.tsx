/** What the panel shows and offers in each state of a transfer, beside a store that does nothing. */
import { render, screen } from "@testing-library/react";
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
