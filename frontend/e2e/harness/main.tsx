/**
 * The transfer feature on a page of its own: open it twice in one browser, as `?me=anna` and `?me=ben`,
 * and hand over a file without any server.
 */
import { createRoot } from "react-dom/client";
import { HandoversProvider } from "../../src/features/transfer/HandoversContext";
import { TransferPanel } from "../../src/features/transfer/TransferPanel";
import "../../src/index.css";
import { createTabSignalling } from "./tab-signalling";

const me = new URLSearchParams(location.search).get("me") === "ben" ? "ben" : "anna";
const partner = me === "anna" ? "ben" : "anna";
const signalling = createTabSignalling(me, partner);

function shareLink(url: string): Promise<void> {
  document.body.dataset.sharedLink = url;
  return Promise.resolve();
}

const root = document.getElementById("root");
if (!root) throw new Error("no root");
createRoot(root).render(
  <HandoversProvider>
    <h1 className="mb-4 text-xl font-semibold capitalize">{me}</h1>
    <TransferPanel
      matchId="match"
      partner={{ id: partner, username: partner === "anna" ? "Anna" : "Ben", avatar: null }}
      me={{ id: me, username: me === "anna" ? "Anna" : "Ben" }}
      signalling={signalling}
      onLinkShared={shareLink}
    />
  </HandoversProvider>,
);
