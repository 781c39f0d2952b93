/**
 * One of two pages a video goes between, as `?me=anna` and `?me=ben`: the transfer feature as people use
 * it, and beside it plain connections for the peers it is measured against. See ../pair.ts.
 */
import { createRoot } from "react-dom/client";
import { HandoversProvider } from "../../../src/features/transfer/HandoversContext";
import { TransferPanel } from "../../../src/features/transfer/TransferPanel";
import "../../../src/index.css";
import { createDrivenSignalling } from "./driven-signalling";
import { plainConnection } from "./plain-connection";

const me = new URLSearchParams(location.search).get("me") === "ben" ? "ben" : "anna";
const partner = me === "anna" ? "ben" : "anna";

window.plainConnection = plainConnection;

const root = document.getElementById("root");
if (!root) throw new Error("no root");
createRoot(root).render(
  <HandoversProvider>
    <h1 className="mb-4 text-xl font-semibold capitalize">{me}</h1>
    <TransferPanel
      matchId="match"
      partner={{ id: partner, username: partner === "anna" ? "Anna" : "Ben", avatar: null }}
      me={{ id: me, username: me }}
      signalling={createDrivenSignalling(partner)}
      onLinkShared={() => Promise.resolve()}
    />
  </HandoversProvider>,
);
