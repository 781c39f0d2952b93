import "fake-indexeddb/auto";
import { render, screen } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { handoverDatabase } from "../../lib/keeping/handover-database";
import { storedRecords } from "../../lib/keeping/stored-records";
import type { Signalling } from "../../lib/signalling";
import type { Sink } from "../../lib/transfer/sink";
import { TransferPanel } from "./TransferPanel";

const VIDEO = new Blob(["a dance"], { type: "video/mp4" });

vi.mock("../../lib/keeping/keeping-place", async (original) => ({
  ...(await original()),
  openSink: (): Promise<Partial<Sink>> =>
    Promise.resolve({
      held: new Map([[0, "hash"]]),
      durable: true,
      finish: () => Promise.resolve(VIDEO),
      close: () => Promise.resolve(),
    }),
}));
vi.mock("../../lib/keeping/worker-hasher", () => ({
  createWorkerHasher: () => ({ digest: vi.fn(), close: vi.fn() }),
}));

const nobody: Signalling = {
  send: () => Promise.resolve({ delivered: 0 }),
  subscribe: () => vi.fn(),
  onConnectivity: (listener) => {
    listener(true);
    return vi.fn();
  },
};

let match = 0;

function show({ closed }: { closed: boolean }) {
  return render(
    <TransferPanel
      matchId={`match-${match}`}
      partner={{ id: "anna", username: "Anna", avatar: null }}
      me={{ id: "ben", username: "Ben" }}
      signalling={nobody}
      onLinkShared={() => Promise.resolve()}
      closed={closed}
    />,
  );
}

beforeEach(async () => {
  match += 1;
  URL.createObjectURL = () => "blob:video";
  URL.revokeObjectURL = vi.fn();
  await (await handoverDatabase()).clear("transfers");
});

describe("a match that is closed", () => {
  it("shows what an earlier page received, to be seen, saved and removed", async () => {
    await storedRecords({ matchId: `match-${match}`, me: "ben" }).put({
      transfer: "t1",
      direction: "received",
      described: { name: "heat-3.mp4", size: VIDEO.size, mime: "video/mp4", lastModified: 0 },
      root: "root",
    });
    show({ closed: true });
    expect(await screen.findByText("heat-3.mp4")).toBeVisible();
    expect(screen.getByRole("link", { name: "Save" })).toBeVisible();
    expect(screen.getByRole("button", { name: /^Remove heat-3/ })).toBeVisible();
    expect(screen.queryByRole("button", { name: "Choose a video" })).toBeNull();
  });

  it("shows nothing when nothing is kept, and asks for nothing that was sent", async () => {
    await storedRecords({ matchId: `match-${match}`, me: "ben" }).put({
      transfer: "t2",
      direction: "sent",
      described: { name: "heat-4.mp4", size: 9, mime: "video/mp4", lastModified: 0 },
    });
    const { container } = show({ closed: true });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(container).toBeEmptyDOMElement();
  });
});
