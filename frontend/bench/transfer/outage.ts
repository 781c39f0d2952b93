import type { Page } from "@playwright/test";
import { setTimeout as sleep } from "node:timers/promises";
import { sha256 } from "../../e2e/files";
import type { Browser } from "./browser";
import type { Network } from "./network";
import { Pair } from "./pair";
import { atMost, progress, type Row } from "../rows";

const DOWN_MS = 8000;
const BLOCK_BYTES = 4 * 1024 * 1024;

interface Sent {
  /** Bytes that went out of blocks the receiver had said it holds. */
  below: number;
  /** Bytes that went out more than once, most of which had never arrived. */
  twice: number;
  /** Bytes that went out for the first time. */
  once: number;
}

declare global {
  interface Window {
    sent: Sent;
  }
}

/** The link goes down in the middle and comes back: it goes on by itself, from where it was. */
export async function outage(
  from: Browser,
  to: Browser,
  network: Network,
  file: string,
): Promise<Row[]> {
  const pair = await Pair.open(from, to, countFrames);
  try {
    const arrived = pair.handOver(file);
    arrived.catch(() => undefined);
    await pair.sender.waitForFunction(() => window.sent.once > 12_000_000);
    await network.down();
    const before = await pair.sender.evaluate(() => window.sent.once);
    await sleep(DOWN_MS);
    await network.up();
    const since = performance.now();
    await pair.sender.waitForFunction((bytes) => window.sent.once > bytes + 6_000_000, before);
    const back = (performance.now() - since) / 1000;
    await arrived;
    if ((await sha256(await pair.save())) !== (await sha256(file))) {
      throw new Error("what arrived is not what was sent");
    }
    const { below, twice } = await pair.sender.evaluate(() => window.sent);
    progress(
      `link down for ${DOWN_MS / 1000} s: going on ${back.toFixed(1)} s after it was up, ` +
        `${below} bytes below the resume point, ${twice} bytes twice in all, hash equal`,
    );
    return [
      atMost(
        {
          name: "link down in the middle: sent again of what was held",
          value: below,
          unit: "bytes",
        },
        0,
      ),
      { name: "link down in the middle: sent twice in all", value: twice / 1e6, unit: "MB" },
      { name: "link up again until 6 MB more were sent", value: back, unit: "s" },
    ];
  } finally {
    await pair.close();
  }
}

/** Reads along what the sender's page sends, and what it is told is held at the other end. */
async function countFrames(sender: Page): Promise<void> {
  await sender.addInitScript((blockBytes) => {
    const sent = { below: 0, twice: 0, once: 0 };
    window.sent = sent;
    const sentOf = new Map<number, number>();
    const held = new Set<number>();
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the channel below
    const send = RTCDataChannel.prototype.send as (this: RTCDataChannel, data: unknown) => void;
    const known = new WeakSet<RTCDataChannel>();
    RTCDataChannel.prototype.send = function (this: RTCDataChannel, data: unknown) {
      if (!known.has(this)) {
        known.add(this);
        this.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
          if (typeof data !== "string") return;
          const message = JSON.parse(data) as { type: string; have?: [number, number][] };
          for (const [first, past] of message.have ?? []) {
            for (let block = first; block < past; block++) held.add(block);
          }
        });
      }
      if (data instanceof Uint8Array) {
        const header = new DataView(data.buffer, data.byteOffset, 24);
        const offset = Number(header.getBigUint64(8));
        const length = header.getUint32(16);
        const block = Math.floor(offset / blockBytes);
        if (held.has(block)) sent.below += length;
        const before = sentOf.get(block) ?? 0;
        sentOf.set(block, before + length);
        const twice = Math.max(0, before + length - blockBytes) - Math.max(0, before - blockBytes);
        sent.twice += twice;
        sent.once += length - twice;
      }
      send.call(this, data);
    };
  }, BLOCK_BYTES);
}
