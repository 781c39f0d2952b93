import type { Page } from "@playwright/test";
import type { Browser } from "./browser";
import { Pair } from "./pair";
import { median, progress, type Row } from "../rows";

const PAUSES = 5;
/** Until the sender's buffers are as full as they get. */
const UNDISTURBED_MS = 6000;

declare global {
  interface Window {
    /** Acceptance that the last frame to arrive answers. */
    epoch: number;
  }
}

/** On a slow network: how long until a word is heard among the bytes, and until what was asked for comes. */
export async function slowLink(from: Browser, to: Browser, file: string): Promise<Row[]> {
  const pair = await Pair.open(from, to, async (_, receiver) => watchEpochs(receiver));
  try {
    pair.handOver(file).catch(() => undefined);
    await pair.receiver.waitForFunction(() => window.epoch > 0);
    const heard: number[] = [];
    const back: number[] = [];
    for (let pause = 0; pause < PAUSES; pause++) {
      await pair.sender.waitForTimeout(UNDISTURBED_MS);
      heard.push(
        await secondsOf(
          () => pair.sender.getByRole("button", { name: /^Pause/ }).click(),
          () => pair.receiver.getByText("Paused by Anna", { exact: true }).waitFor(),
        ),
      );
      const before = await pair.receiver.evaluate(() => window.epoch);
      back.push(
        await secondsOf(
          () => pair.sender.getByRole("button", { name: /^Go on/ }).click(),
          () => pair.receiver.waitForFunction((epoch) => window.epoch > epoch, before),
        ),
      );
    }
    progress(
      `2 Mbit/s: a pause heard after ${median(heard).toFixed(2)} s, bytes again after it ${median(back).toFixed(2)} s`,
    );
    return [
      { name: "2 Mbit/s: until the receiver shows a pause", value: median(heard), unit: "s" },
      { name: "2 Mbit/s: from going on to its first byte", value: median(back), unit: "s" },
    ];
  } finally {
    await pair.close();
  }
}

async function secondsOf(cause: () => Promise<unknown>, effect: () => Promise<unknown>) {
  const since = performance.now();
  await cause();
  await effect();
  return (performance.now() - since) / 1000;
}

async function watchEpochs(receiver: Page): Promise<void> {
  await receiver.addInitScript(() => {
    window.epoch = 0;
    const Original = RTCPeerConnection;
    window.RTCPeerConnection = class extends Original {
      override createDataChannel(label: string, options?: RTCDataChannelInit) {
        const channel = super.createDataChannel(label, options);
        channel.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
          if (data instanceof ArrayBuffer) window.epoch = new DataView(data).getUint32(20);
        });
        return channel;
      }
    };
  });
}
