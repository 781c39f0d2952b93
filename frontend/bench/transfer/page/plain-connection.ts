import { bareChannel } from "../../../../bench/peers/transfer/bare-channel";
import { type Portions, stopAndWait } from "../../../../bench/peers/transfer/stop-and-wait";
import type { Way } from "../../../../bench/peers/transfer/way";

/** One of the peers, by what it takes to make it. */
export type Peer = { bare: number } | Portions;

export interface PlainConnection {
  offer(): Promise<RTCSessionDescriptionInit>;
  answer(offer: RTCSessionDescriptionInit): Promise<RTCSessionDescriptionInit>;
  take(answer: RTCSessionDescriptionInit): Promise<void>;
  send(peer: Peer, file: Blob): Promise<void>;
  /** Seconds from asking for the file until all of it was here. */
  receive(peer: Peer, size: number): Promise<number>;
}

declare global {
  interface Window {
    plainConnection: () => PlainConnection;
  }
}

export function plainConnection(): PlainConnection {
  const connection = new RTCPeerConnection();
  const channel = connection.createDataChannel("file", { negotiated: true, id: 0 });
  channel.binaryType = "arraybuffer";
  return {
    async offer() {
      await connection.setLocalDescription();
      return gathered(connection);
    },
    async answer(offer) {
      await connection.setRemoteDescription(offer);
      await connection.setLocalDescription();
      return gathered(connection);
    },
    take: (answer) => connection.setRemoteDescription(answer),
    async send(peer, file) {
      await open(channel);
      await wayOf(peer).send(channel, file);
    },
    async receive(peer, size) {
      await open(channel);
      const since = performance.now();
      const file = await wayOf(peer).receive(channel, size);
      if (file && file.size !== size)
        throw new Error(`${file.size} bytes came in place of ${size}`);
      return (performance.now() - since) / 1000;
    },
  };
}

function wayOf(peer: Peer): Way {
  return "bare" in peer ? bareChannel(peer.bare) : stopAndWait(peer);
}

async function gathered(connection: RTCPeerConnection): Promise<RTCSessionDescriptionInit> {
  while (connection.iceGatheringState !== "complete") {
    await new Promise((resolve) =>
      connection.addEventListener("icegatheringstatechange", resolve, { once: true }),
    );
  }
  const description = connection.localDescription;
  if (!description) throw new Error("no description was made");
  return description.toJSON();
}

async function open(channel: RTCDataChannel): Promise<void> {
  if (channel.readyState === "open") return;
  await new Promise((resolve) => channel.addEventListener("open", resolve, { once: true }));
}
