import { processesOf, timesOf } from "./processes";
import { progress } from "../rows";

/**
 * Says on the standard error which of the browsers' threads worked for how long while `work` ran. Threads
 * that have ended by then are missing: a worker that is done takes its figure along.
 */
export async function showingThreads<T>(profiles: string[], work: () => Promise<T>): Promise<T> {
  const before = await times(profiles);
  const since = performance.now();
  const result = await work();
  const seconds = (performance.now() - since) / 1000;
  const taken = [...(await times(profiles))]
    .map(([name, after]) => [name, after - (before.get(name) ?? 0)] as const)
    .filter(([, time]) => time > 0.05)
    .sort(([, a], [, b]) => b - a);
  const total = taken.reduce((sum, [, time]) => sum + time, 0);
  progress(`  ${total.toFixed(1)} s of processors in ${seconds.toFixed(1)} s:`);
  for (const [name, time] of taken) progress(`  ${time.toFixed(2).padStart(7)}  ${name}`);
  return result;
}

async function times(profiles: string[]): Promise<Map<string, number>> {
  const sum = new Map<string, number>();
  for (const profile of new Set(profiles)) {
    for (const process of await processesOf(profile)) {
      for (const [name, time] of await timesOf(process)) sum.set(name, (sum.get(name) ?? 0) + time);
    }
  }
  return sum;
}
