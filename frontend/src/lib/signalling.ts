/** The road WebRTC signals of one match take to the partner's browsers: small, unordered with chat, never stored. */
import * as v from "valibot";
import { type Socket, SocketError } from "./socket";

export type Signal =
  | { type: "offer"; offer: RTCSessionDescriptionInit }
  | { type: "answer"; answer: RTCSessionDescriptionInit }
  | { type: "candidate"; candidate: RTCIceCandidateInit | null };

/** The server was reached and passed the signal on to nobody. */
export class SignalRefused extends Error {
  override readonly name = "SignalRefused";
  /** The match may be completed or ended, or too much was sent at once. */
  readonly why: "match-closed" | "too-busy";
  constructor(why: SignalRefused["why"], cause: unknown) {
    super(why, { cause });
    this.why = why;
  }
}

export interface Signalling {
  /**
   * Answers how many of the partner's sockets were reached; 0 when the partner is offline. Rejects with
   * `SignalRefused` when the server said no, with anything else when it was not reached.
   */
  send(signal: Signal): Promise<{ delivered: number }>;
  /** Answers the way to stop listening. */
  subscribe(listener: (signal: Signal, fromUserId: string) => void): () => void;
  /** Tells at once whether this browser reaches the server, and then whenever that changes. */
  onConnectivity(listener: (online: boolean) => void): () => void;
}

const deliverySchema = v.object({ delivered: v.number() });

export function createSignalling(socket: Socket, matchId: string): Signalling {
  return {
    async send(signal) {
      const answer = await request(socket, matchId, signal).catch(rethrow);
      return v.parse(deliverySchema, answer);
    },
    subscribe(listener) {
      const mine = (from: { matchId: string }) => from.matchId === matchId;
      const stops = [
        socket.on("webrtc_offer", (data) => {
          if (mine(data)) listener({ type: "offer", offer: data.offer }, data.fromUserId);
        }),
        socket.on("webrtc_answer", (data) => {
          if (mine(data)) listener({ type: "answer", answer: data.answer }, data.fromUserId);
        }),
        socket.on("webrtc_ice_candidate", (data) => {
          if (mine(data))
            listener({ type: "candidate", candidate: data.candidate }, data.fromUserId);
        }),
      ];
      return () => {
        for (const stop of stops) stop();
      };
    },
    onConnectivity(listener) {
      return socket.onStatus((status) => {
        listener(status === "open");
      });
    },
  };
}

function rethrow(cause: unknown): never {
  switch (cause instanceof SocketError ? cause.code : undefined) {
    case "not_found":
      throw new SignalRefused("match-closed", cause);
    case "rate_limited":
    case "unavailable":
      throw new SignalRefused("too-busy", cause);
    default:
      throw cause;
  }
}

function request(socket: Socket, matchId: string, signal: Signal): Promise<unknown> {
  switch (signal.type) {
    case "offer":
      return socket.request("webrtc_offer", { matchId, offer: signal.offer });
    case "answer":
      return socket.request("webrtc_answer", { matchId, answer: signal.answer });
    case "candidate":
      return socket.request("webrtc_ice_candidate", { matchId, candidate: signal.candidate });
  }
}
