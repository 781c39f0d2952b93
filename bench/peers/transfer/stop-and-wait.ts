import { ask, asked, heard, type Way } from "./way";

const RECEIVED = "received";

export interface Portions {
  /** Bytes of one message. */
  chunk: number;
  /** Bytes after which the sender waits until the receiver has them all. */
  portion: number;
}

/** Sends a portion of the file, waits for its acknowledgement, sends the next. */
export function stopAndWait({ chunk, portion }: Portions): Way {
  return {
    async send(channel, file) {
      await asked(channel);
      for (let start = 0; start < file.size; start += portion) {
        const end = Math.min(start + portion, file.size);
        for (let from = start; from < end; from += chunk) {
          channel.send(
            await file.slice(from, Math.min(from + chunk, end)).arrayBuffer(),
          );
        }
        await heard(channel, (data) => data === RECEIVED);
      }
    },
    receive(channel, size) {
      return new Promise((resolve, reject) => {
        const parts: BlobPart[] = [];
        let received = 0;
        let confirmed = 0;
        channel.addEventListener(
          "message",
          ({ data }: MessageEvent<ArrayBuffer>) => {
            parts.push(data);
            received += data.byteLength;
            if (received < Math.min(confirmed + portion, size)) return;
            confirmed = received;
            channel.send(RECEIVED);
            if (received === size) resolve(new Blob(parts));
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
