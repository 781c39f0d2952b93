/**
 * How fast and how surely a video goes from browser to browser, beside peers. Turns are taken in
 * alternation, and the figures are medians.
 *
 * BENCH_ONLY=loopback,delay,loss,slow,outage,memory runs some of it; BENCH_TURNS, BENCH_MEGABYTES,
 * BENCH_GIGABYTES (of the memory's file) and BENCH_PORT change the rest. BENCH_THREADS=1 shows which
 * of the browser's threads worked.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { makeNoise } from "../../e2e/files";
import { type Browser, openBrowser } from "./browser";
import { lossyLink } from "./lossy-link";
import { memory } from "./memory";
import { type Conditions, Network } from "./network";
import { outage } from "./outage";
import { Place } from "./place";
import { progress, type Row } from "../rows";
import { slowLink } from "./slow-link";
import { speed } from "./speed";

const PORT = Number(process.env.BENCH_PORT ?? 5290);
const TURNS = Number(process.env.BENCH_TURNS ?? 5);
const MEGABYTES = Number(process.env.BENCH_MEGABYTES ?? 200);
const GIGABYTES = Number(process.env.BENCH_GIGABYTES ?? 2);

const PARTS: Record<string, (folder: string) => Promise<Row[]>> = {
  loopback: (folder) =>
    onLoopback(folder, async (browser) =>
      speed({
        over: "loopback",
        from: browser,
        to: browser,
        file: await makeNoise(join(folder, "heat.mp4"), MEGABYTES),
        turns: TURNS,
        targets: { bare: 0.9, stopAndWait: 1.3 },
      }),
    ),
  delay: (folder) =>
    overLink(folder, { delayMs: 20 }, async (from, to) =>
      speed({
        over: "40 ms round trip",
        from,
        to,
        file: await makeNoise(join(folder, "prelims.mp4"), MEGABYTES),
        // A turn takes seven minutes, half of them for who waits after each 256 KiB.
        turns: Math.min(3, TURNS),
        targets: { stopAndWait: 3 },
      }),
    ),
  loss: (folder) =>
    overLink(folder, { delayMs: 5, loss: 0.02, rate: "50mbit" }, async (from, to) =>
      lossyLink(from, to, await makeNoise(join(folder, "semis.mp4"), Math.min(50, MEGABYTES))),
    ),
  slow: (folder) =>
    overLink(folder, { delayMs: 20, rate: "2mbit" }, async (from, to) =>
      slowLink(from, to, await makeNoise(join(folder, "quarters.mp4"), 40)),
    ),
  outage: (folder) =>
    overLink(folder, { delayMs: 5, rate: "50mbit" }, async (from, to, network) =>
      outage(from, to, network, await makeNoise(join(folder, "finals.mp4"), 40)),
    ),
  memory: (folder) =>
    onLoopback(folder, async (browser) =>
      memory(browser, await makeNoise(join(folder, "evening.mp4"), GIGABYTES * 1024)),
    ),
};

export async function bench(): Promise<Row[]> {
  const wanted = process.env.BENCH_ONLY?.split(",") ?? Object.keys(PARTS);
  // Whoever runs this module has said that it is being developed; what people use is not.
  process.env.NODE_ENV = "production";
  await build({ configFile: fileURLToPath(new URL("./vite.config.ts", import.meta.url)) });
  const rows: Row[] = [];
  for (const name of wanted) {
    const part = PARTS[name];
    if (!part)
      throw new Error(`there is no part ${name}; there are ${Object.keys(PARTS).join(", ")}`);
    const folder = await mkdtemp(join(tmpdir(), "spotlight-bench-"));
    try {
      rows.push(...(await part(folder)));
    } finally {
      await rm(folder, { recursive: true, maxRetries: 5 });
    }
  }
  return rows;
}

async function onLoopback(
  folder: string,
  measure: (browser: Browser) => Promise<Row[]>,
): Promise<Row[]> {
  const browser = await openBrowser(Place.here, PORT, folder);
  try {
    return await measure(browser);
  } finally {
    await browser.close();
  }
}

/** Two browsers with a link between them; no rows where this machine cannot make one. */
async function overLink(
  folder: string,
  conditions: Conditions,
  measure: (from: Browser, to: Browser, network: Network) => Promise<Row[]>,
): Promise<Row[]> {
  const hindrance = await Network.hindrance();
  if (hindrance) {
    progress(
      `left out, for want of a link of its own (${hindrance}): ${JSON.stringify(conditions)}`,
    );
    return [];
  }
  const network = await Network.open(conditions);
  const open: Browser[] = [];
  try {
    const [a, b] = network.places;
    const from = await openBrowser(a, PORT, folder);
    open.push(from);
    const to = await openBrowser(b, PORT + 1, folder);
    open.push(to);
    return await measure(from, to, network);
  } finally {
    for (const browser of open) await browser.close();
    await network.close();
  }
}
