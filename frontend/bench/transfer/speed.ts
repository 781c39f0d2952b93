import { sizeOf } from "../../e2e/files";
import type { Browser } from "./browser";
import type { Peer } from "./page/plain-connection";
import { Pair } from "./pair";
import { showingThreads } from "./threads";
import { beside, median, progress, type Row } from "../rows";

/** To see what bounds it: BENCH_THREADS=1. */
const THREADS = process.env.BENCH_THREADS !== undefined;

const BARE_CHUNKS = [16, 64, 256].map((kib) => kib * 1024);
const KIB_256: Peer = { chunk: 256 * 1024, portion: 256 * 1024 };
const MEGABYTE_OF_64_KB: Peer = { chunk: 64_000, portion: 1_000_000 };

export interface Course {
  /** As the rows call it: over what. */
  over: string;
  from: Browser;
  to: Browser;
  file: string;
  turns: number;
  /** How much faster than the bare channel and than those who stop and wait. */
  targets: { bare?: number; stopAndWait: number };
}

/** Ours and each peer, in alternation, so that whatever the machine does beside meets all of them. */
export async function speed(course: Course): Promise<Row[]> {
  const megabytes = (await sizeOf(course.file)) / 1e6;
  const ways = new Map<string, Peer | undefined>([
    ["ours", undefined],
    ...BARE_CHUNKS.map((bare) => [`bare, ${bare / 1024} KiB`, { bare }] as const),
    ["256 KiB, then wait", KIB_256],
    ["1 MB of 64 KB, then wait", MEGABYTE_OF_64_KB],
  ]);
  const rates = new Map([...ways.keys()].map((name) => [name, [] as number[]]));
  for (let turn = 1; turn <= course.turns; turn++) {
    for (const [name, peer] of ways) {
      const rate = megabytes / (await seconds(course, peer));
      rates.get(name)?.push(rate);
      progress(`${course.over}, turn ${turn} of ${course.turns}: ${name} ${rate.toFixed(1)} MB/s`);
    }
  }

  const of = (name: string) => median(rates.get(name) ?? []);
  const bare = [...ways.keys()].filter((name) => name.startsWith("bare"));
  const best = bare.reduce((a, b) => (of(a) >= of(b) ? a : b));
  const row = {
    name: `${megabytes.toFixed(0)} MB, hashed and kept, ${course.over}`,
    value: of("ours"),
    unit: "MB/s",
  };
  const { targets } = course;
  return [
    beside(row, { peer: `${best}, best of three sizes`, peerValue: of(best) }, targets.bare),
    ...["256 KiB, then wait", "1 MB of 64 KB, then wait"].map((peer) =>
      beside(row, { peer, peerValue: of(peer) }, targets.stopAndWait),
    ),
  ];
}

async function seconds({ from, to, file }: Course, peer: Peer | undefined): Promise<number> {
  const pair = await Pair.open(from, to);
  try {
    const work = () => (peer ? pair.sendLike(peer, file) : pair.handOver(file));
    return await (THREADS ? showingThreads([from.profile, to.profile], work) : work());
  } finally {
    await pair.close();
  }
}
