import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** One of a browser's processes, as the system sees it. */
export interface BrowserProcess {
  pid: string;
  /** `renderer` is a page's; `utility` holds the network; the first one has no type. */
  type: string;
}

/** A browser's processes: the one with this profile, and all that come from it. */
export async function processesOf(profile: string): Promise<BrowserProcess[]> {
  const all = (await Promise.all((await pids()).map(describe))).filter((it) => it !== undefined);
  const found = new Set(
    all.filter(({ words }) => words.includes(`--user-data-dir=${profile}`)).map(({ pid }) => pid),
  );
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return all
    .filter(({ pid }) => found.has(pid))
    .map(({ pid, words }) => {
      const type = words.find((word) => word.startsWith("--type="));
      return { pid, type: type?.slice("--type=".length) ?? "browser" };
    });
}

/** What a process costs the machine, in bytes: shared pages count by the share it has in them. */
export async function memoryOf({ pid }: BrowserProcess): Promise<number> {
  const text = await textOf(pid, "smaps_rollup");
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
}

/** Seconds of a processor's time that each thread has taken so far, by its name and that of its process. */
export async function timesOf({ pid, type }: BrowserProcess): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (const thread of await readdir(`/proc/${pid}/task`).catch(() => [])) {
    const [, name, rest] = /\((.*)\) (.*)/.exec(await textOf(pid, `task/${thread}/stat`)) ?? [];
    const fields = rest?.split(" ") ?? [];
    const ticks = Number(fields[11]) + Number(fields[12]);
    const key = `${type} ${thread === pid ? "main" : (name ?? "")}`;
    times.set(key, (times.get(key) ?? 0) + (ticks || 0) / 100);
  }
  return times;
}

async function pids(): Promise<string[]> {
  return (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
}

async function describe(pid: string) {
  const words = (await textOf(pid, "cmdline")).split(/[\0 ]/);
  const parent = /^\d+ \(.*\) \S (\d+)/.exec(await textOf(pid, "stat"))?.[1];
  return parent === undefined ? undefined : { pid, parent, words };
}

/** Processes and threads come and go while one looks. */
async function textOf(pid: string, file: string): Promise<string> {
  return readFile(join("/proc", pid, file), "utf8").catch(() => "");
}
