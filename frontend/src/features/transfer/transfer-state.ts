import type { Reason } from "./control";

/** Where a transfer stands. Sender and receiver go through the same phases, each seeing its own side. */
export type TransferState = { bytes: number } & (
  | { phase: "waiting" } // no connection to the partner just now; goes on by itself
  | { phase: "offered" } // the receiver has not decided yet
  | { phase: "moving" }
  | { phase: "proving" } // every byte is across, the whole is being checked
  | { phase: "done"; sha256: string; file?: Blob }
  | { phase: "ended"; end: End }
);

/** Why a transfer ended before its time, and at whose wish or fault. */
export interface End {
  by: "me" | "partner";
  reason: Reason | "declined" | "protocol" | "partner-reloaded";
}

export function isOver(state: TransferState): boolean {
  return state.phase === "done" || state.phase === "ended";
}

export function isRunning(state: TransferState): boolean {
  return (
    state.phase === "moving" ||
    state.phase === "proving" ||
    (state.phase === "waiting" && state.bytes > 0)
  );
}

export function outcomeOf(state: TransferState): "completed" | "cancelled" | "failed" | undefined {
  if (state.phase === "done") return "completed";
  if (state.phase !== "ended") return undefined;
  return state.end.reason === "cancelled" || state.end.reason === "declined"
    ? "cancelled"
    : "failed";
}
