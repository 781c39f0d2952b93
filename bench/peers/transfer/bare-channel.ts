import { ask, asked, type Way } from "./way";

/** How full the browser's send buffer is kept: Chromium ends a channel at 16 MiB. */
const HIGH_WATER = 8 * 1024 * 1024;
const LOW_WATER = 1024 * 1024;

/** Nothing but the channel: the same `chunk` bytes over and over, counted and let go at the other end. */
export function bareChannel(chunk: number): Way {
  return {
    async send(channel, { size }) {
      await asked(channel);
      channel.bufferedAmountLowThreshold = LOW_WATER;
      const bytes = new Uint8Array(chunk);
      for (let sent = 0; sent < size; sent += chunk) {
        if (channel.bufferedAmount > HIGH_WATER) await drained(channel);
        channel.send(bytes.subarray(0, Math.min(chunk, size - sent)));
      }
    },
    receive(channel, size) {
      return new Promise((resolve, reject) => {
        let received = 0;
        channel.addEventListener(
          "message",
          ({ data }: MessageEvent<ArrayBuffer>) => {
            received += data.byteLength;
            if (received >= size) resolve(undefined);
          },
        );
        channel.addEventListener("close", () =>
          reject(new Error("the channel was closed")),
        );
        ask(channel);
      });
    },
  };
}

function drained(channel: RTCDataChannel): Promise<unknown> {
  return new Promise((resolve) =>
    channel.addEventListener("bufferedamountlow", resolve, { once: true }),
  );
}
