// Runs one benchmark: node bench/run.mjs transfer. Its rows go to the standard output, all else to the other.
import { runnerImport } from "vite";

const [, , name] = process.argv;
const { module } = await runnerImport(new URL(`${name}/bench.ts`, import.meta.url).pathname);
process.stdout.write(JSON.stringify({ rows: await module.bench() }) + "\n");
