/** What the page says of a transfer and its connection, in words for someone who wants to dance. */
import { bytes } from "../../lib/bytes";
import type { Transfer } from "../../lib/transfer/handover";
import type { HandoverView } from "./handover-store";
import type { KeepingPlace } from "../../lib/keeping/keeping-place";
import type { ConnectionStatus } from "../../lib/peer/peer";
import type { End, TransferState } from "../../lib/transfer/transfer-state";

export function timeInWords(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.ceil(seconds))} s`;
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.ceil((seconds % 3600) / 60)} min`;
}

export function durationInWords(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export function stateInWords(
  { direction, state, pace }: Transfer,
  partner: string,
  connection?: ConnectionStatus,
): string {
  const sending = direction === "sent";
  switch (state.phase) {
    case "missing":
      return "Choose this file once more to go on";
    case "waiting":
      if (connection?.obstacle === "match-closed") return "Interrupted";
      if (sending && state.bytes === 0) return `Ready for ${partner}`;
      // There is a way to the sender's page, and it does not offer the file: it was reloaded.
      if (!sending && connection?.phase === "connected")
        return `Goes on when ${partner} chooses the file once more`;
      return "Interrupted; goes on by itself";
    case "offered":
      return sending
        ? `Waiting for ${partner} to accept`
        : `${partner} wants to hand you this video`;
    case "moving":
      return pace
        ? `${bytes(pace.bytesPerSecond)}/s · ${timeInWords(pace.secondsLeft)} left`
        : sending
          ? "Sending"
          : "Receiving";
    case "paused":
      if (state.trouble === "no-room")
        return "No room is left in this browser. Free some space, then go on.";
      if (state.trouble === "not-written")
        return "This browser could not keep what came. What it had before is safe: go on to try again.";
      return state.by === "me" ? "Paused" : `Paused by ${partner}`;
    case "proving":
      return "Checking that it arrived whole";
    case "done":
      return sending ? `Received and verified by ${partner}` : "Received and verified";
    case "ended":
      return endInWords(state.end, sending, partner);
  }
}

function endInWords({ by, reason }: End, sending: boolean, partner: string): string {
  const who = by === "me" ? "You" : partner;
  switch (reason) {
    case "cancelled":
      return `${who} cancelled it`;
    case "declined":
      return by === "me" ? "You declined it" : `${partner} declined it`;
    case "damaged":
      return "It kept arriving damaged. Please send it once more.";
    case "source-changed":
      return by === "me"
        ? "This file can no longer be read. Choose it again."
        : `${partner}’s file can no longer be read. Ask them to choose it again.`;
    case "another-file":
      return sending
        ? "This is not the file it began with. Choose it as a new one; on an iPhone, choose videos through Files, since Photos may convert them."
        : `${partner} chose another file to go on with. Ask them to send it once more.`;
    case "storage":
      return sending
        ? `${partner}’s browser has no room for it.`
        : "This browser has no room for it. Free some space and ask for it again.";
    case "protocol":
      return "The two browsers did not understand each other. Reload both pages and send it again.";
  }
}

/** One line on the connection; nothing while there is nothing to connect for. */
export function connectionInWords(
  { connection, transfers }: HandoverView,
  partner: string,
): string | undefined {
  switch (connection.phase) {
    case "idle":
      return undefined;
    case "connected":
      return connection.path === "relay" ? "Through a relay" : "Direct";
    case "recovering":
      return "The connection is interrupted; looking for another way";
    case "looking":
      break;
  }
  switch (connection.obstacle) {
    case "we-are-offline":
      return "Waiting for the network; it will go on by itself";
    case "partner-offline":
      return `Waiting for ${partner}’s phone; it will go on by itself`;
    case "match-closed":
      return "This match is closed: no more videos go over";
    case "too-busy":
      return "Too much was asked of the server at once; trying again in a moment";
    case "no-answer":
      return `${partner} does not answer yet; still trying`;
    case "no-path":
      return "No way through between your networks yet; still trying";
    case "relay-refused":
      return "The relay refused us; fetching new credentials";
    case undefined:
      return transfers.some(({ state }) => state.bytes > 0)
        ? `Looking for ${partner} again`
        : `Looking for ${partner}`;
  }
}

/** Why there is still no connection, and what one can do; the way out is right below it. */
export function overdueInWords({ connection }: HandoverView, partner: string): string {
  const { obstacle } = connection;
  const reason = reasonInWords(obstacle, partner);
  return obstacle === "match-closed"
    ? `${reason} You can upload the video elsewhere and share its link.`
    : `${reason} We keep trying. Meanwhile you can upload the video elsewhere and share its link.`;
}

function reasonInWords(obstacle: ConnectionStatus["obstacle"], partner: string): string {
  switch (obstacle) {
    case "we-are-offline":
      return "You have no connection to the internet.";
    case "partner-offline":
      return `${partner} does not have spotlight.cam open.`;
    case "match-closed":
      return "This match is closed, so no more videos go over.";
    case "too-busy":
      return "Too much was asked of the server at once.";
    case "no-answer":
      return `${partner}’s page does not answer. It may be asleep: ask them to open this match.`;
    case "relay-refused":
      return "The relay that would carry it refuses us, and there is no direct way.";
    case "no-path":
    case undefined:
      return "Your two networks let nothing through between them. Being on the same Wi-Fi often helps.";
  }
}

export function progressOf(state: TransferState, size: number): number {
  return state.phase === "done" ? 1 : state.bytes / size;
}

/** Where a video would be kept, or why it cannot be. */
export function keepingInWords({ where, room }: KeepingPlace, size: number): Preflight {
  if (room !== undefined && room < size) {
    return where === "memory"
      ? {
          fits: false,
          words: `This browser can keep videos in memory only, up to ${bytes(room)}. Open the match in another browser, or not in a private window.`,
        }
      : {
          fits: false,
          words: `This video needs ${bytes(size)}, and this browser has room for ${bytes(room)}. Free some space and try again.`,
        };
  }
  if (where === "memory") {
    return { fits: true, words: "It is kept in this page until you save it: leave the page open." };
  }
  return room !== undefined && room < 2 * size
    ? {
        fits: true,
        words: "It is kept in this browser. To save it elsewhere as well, free some space.",
      }
    : { fits: true, words: "It is kept in this browser until you remove it." };
}

interface Preflight {
  fits: boolean;
  words: string;
}

/** What going through a relay costs, before it does. */
export function relayInWords({ offer, state }: Transfer, partner: string): string {
  const left = bytes(offer.size - state.bytes);
  return `Your phones reach each other only through a relay. The ${left} that are left would go over the internet, on your data plan and on ${partner}’s. On the same Wi-Fi they may find a direct way.`;
}
