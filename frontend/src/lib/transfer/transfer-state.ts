import type { Reason } from "./control";

/** Where a transfer stands. Sender and receiver go through the same phases, each seeing its own side. */
export type TransferState = { bytes: number } & (
  | { phase: "missing" } // the sender cannot read the file, any more or after a reload: it has to be chosen again
  | { phase: "waiting" } // no connection to the partner just now; goes on by itself
  | { phase: "offered" } // the receiver has not decided yet
  | { phase: "moving" }
  | { phase: "paused"; by: "me" | "partner"; trouble?: Trouble | undefined }
  | { phase: "proving" } // every byte is across, the whole is being checked
  | { phase: "done"; root: string; kept?: Kept }
  | { phase: "ended"; end: End }
);

/** Why the receiver could not keep what came: what it holds stays, and it goes on when the person says so. */
export type Trouble = "no-room" | "not-written";

/** A video that arrived. */
export interface Kept {
  file: Blob;
  /** Whether it is still there after a reload. */
  durable: boolean;
}

/** Why a transfer ended before its time, and at whose wish or fault. */
export interface End {
  by: "me" | "partner";
  reason: Reason | "declined" | "protocol";
}

/** What a receiver says of a file that is offered once more after it ended. The wire has no word for `protocol`. */
export function endTold({ reason }: End): { type: "decline" } | { type: "stop"; reason: Reason } {
  if (reason === "declined") return { type: "decline" };
  return { type: "stop", reason: reason === "protocol" ? "damaged" : reason };
}

export function isOver(state: TransferState): boolean {
  return state.phase === "done" || state.phase === "ended";
}

/** Whether the partner has to be reached for it to go on. */
export function needsPartner(direction: "sent" | "received", state: TransferState): boolean {
  if (isOver(state) || state.phase === "missing") return false;
  if (state.phase === "paused") return state.by === "partner";
  // An offer nobody has answered is the sender's to keep alive.
  return direction === "sent" || state.phase !== "offered";
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
