import { sha256, sizeOf } from "../../e2e/files";
import type { Browser } from "./browser";
import { Pair } from "./pair";
import { memoryOf, processesOf } from "./processes";
import { atMost, progress, type Row } from "../rows";

/** What either page may take at most, for 4 GB as for 2. */
const MOST_MB = 150;
const APART_MS = 500;

/** The most memory that either page's process takes while a large file goes across and is verified. */
export async function memory(browser: Browser, file: string): Promise<Row[]> {
  const bytes = await sizeOf(file);
  const what = `${bytes / 2 ** 30} GB`;
  const pair = await Pair.open(browser, browser);
  const watch = watchPages(browser);
  try {
    const seconds = await pair.handOver(file);
    const peaks = watch.stop();
    if ((await sha256(await pair.save())) !== (await sha256(file))) {
      throw new Error("what arrived is not what was sent");
    }
    progress(
      `${what} in ${seconds.toFixed(0)} s, hash equal; ${peaks.all.toFixed(0)} MB the whole browser`,
    );
    return [
      atMost(
        { name: `${what}: peak memory of either page`, value: peaks.page, unit: "MB" },
        MOST_MB,
      ),
      { name: `${what}: peak memory of the whole browser`, value: peaks.all, unit: "MB" },
      { name: `${what}, hashed and kept, loopback`, value: bytes / 1e6 / seconds, unit: "MB/s" },
    ];
  } finally {
    watch.stop();
    await pair.close();
  }
}

function watchPages({ profile }: Browser) {
  const peaks = { page: 0, all: 0 };
  const look = async () => {
    let all = 0;
    for (const process of await processesOf(profile)) {
      const megabytes = (await memoryOf(process)) / 1e6;
      all += megabytes;
      if (process.type === "renderer") peaks.page = Math.max(peaks.page, megabytes);
    }
    peaks.all = Math.max(peaks.all, all);
  };
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    void look().finally(() => (looking = false));
  }, APART_MS);
  return {
    stop() {
      clearInterval(timer);
      return peaks;
    },
  };
}
