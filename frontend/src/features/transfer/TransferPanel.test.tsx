import "fake-indexeddb/auto";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { handoverDatabase } from "../../lib/keeping/handover-database";
import { storedRecords } from "../../lib/keeping/stored-records";
import type { Signalling } from "../../lib/signalling";
import type { Sink } from "../../lib/transfer/sink";
import { HandoversProvider } from "./HandoversContext";
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
      discard: () => Promise.resolve(),
    }),
}));
vi.mock("../../lib/keeping/worker-hasher", () => ({
  createWorkerHasher: () => ({ digest: vi.fn(), close: vi.fn() }),
}));

const revoked = vi.fn();
const unsubscribed = vi.fn();
const subscribed = vi.fn(() => unsubscribed);
const nobody: Signalling = {
  send: () => Promise.resolve({ delivered: 0 }),
  subscribe: subscribed,
  onConnectivity: (listener) => {
    listener(true);
    return vi.fn();
  },
};

let match = 0;

function show({ closed }: { closed: boolean }) {
  return render(
    <HandoversProvider>
      <TransferPanel
        matchId={`match-${match}`}
        partner={{ id: "anna", username: "Anna", avatar: null }}
        me={{ id: "ben", username: "Ben" }}
        signalling={nobody}
        onLinkShared={() => Promise.resolve()}
        closed={closed}
      />
    </HandoversProvider>,
  );
}

beforeEach(async () => {
  match += 1;
  unsubscribed.mockClear();
  subscribed.mockClear();
  URL.createObjectURL = () => "blob:video";
  URL.revokeObjectURL = revoked;
  await (await handoverDatabase()).clear("transfers");
});

/** As an earlier page would. */
function leaveReceived() {
  return storedRecords({ matchId: `match-${match}`, me: "ben" }).put({
    transfer: "t1",
    direction: "received",
    described: { name: "heat-3.mp4", size: VIDEO.size, mime: "video/mp4", lastModified: 0 },
    root: "root",
  });
}

describe("a match that is closed", () => {
  it("shows what an earlier page received, to be seen, saved and removed", async () => {
    await leaveReceived();
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

it("stands on the connection to the server, and is opened anew on the next one", async () => {
  await leaveReceived();
  const { unmount } = show({ closed: false });
  expect(await screen.findByText("heat-3.mp4")).toBeVisible();
  await waitFor(() => expect(subscribed).toHaveBeenCalledOnce());
  unmount();
  expect(unsubscribed).toHaveBeenCalledOnce();
  show({ closed: false });
  expect(await screen.findByText("heat-3.mp4")).toBeVisible();
  await waitFor(() => expect(subscribed).toHaveBeenCalledTimes(2));
});

it("gives the memory of a video back as it is removed", async () => {
  await leaveReceived();
  show({ closed: false });
  await userEvent.click(await screen.findByRole("button", { name: /^Remove heat-3/ }));
  await userEvent.click(screen.getByRole("button", { name: "Remove it" }));
  expect(screen.queryByText("heat-3.mp4")).toBeNull();
  expect(revoked).toHaveBeenCalledWith("blob:video");
});
