/** One way to move a file over an open data channel. */
export interface Way {
  /** Waits to be asked, then sends. */
  send(channel: RTCDataChannel, file: Blob): Promise<void>;
  /** Asks for the file; resolves once all of it is here. */
  receive(channel: RTCDataChannel, size: number): Promise<Blob | undefined>;
}

const GO = "go";

export function ask(channel: RTCDataChannel): void {
  channel.send(GO);
}

export function asked(channel: RTCDataChannel): Promise<void> {
  return heard(channel, (data) => data === GO);
}

/** The next message that is `wanted`. */
export function heard(
  channel: RTCDataChannel,
  wanted: (data: unknown) => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const lost = () => reject(new Error("the channel was closed"));
    const hear = ({ data }: MessageEvent<unknown>) => {
      if (!wanted(data)) return;
      channel.removeEventListener("message", hear);
      channel.removeEventListener("close", lost);
      resolve();
    };
    channel.addEventListener("message", hear);
    channel.addEventListener("close", lost, { once: true });
  });
}
