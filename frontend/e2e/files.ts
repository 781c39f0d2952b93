/** Files to hand over, and proof of what arrived. */
import { test as base } from "@playwright/test";
import { execFile } from "node:child_process";
import { createHash, randomFillSync } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** `folder` is a place for large files, gone when the tests are. */
export const test = base.extend<object, { folder: string }>({
  folder: [
    // eslint-disable-next-line no-empty-pattern -- how a fixture says that it needs no other
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), "spotlight-e2e-"));
      await use(folder);
      await rm(folder, { recursive: true });
    },
    { scope: "worker" },
  ],
});

/** Bytes nothing could compress or guess. */
export async function makeNoise(path: string, megabytes: number): Promise<string> {
  const file = await open(path, "w");
  const chunk = Buffer.alloc(1024 * 1024);
  for (let i = 0; i < megabytes; i++) await file.write(randomFillSync(chunk));
  await file.close();
  return path;
}

/**
 * A real H.264 film of moving test bars under heavy noise: noise is what makes few seconds large.
 * Each test file has a seed of its own, so that no two are the same.
 */
export async function makeFilm(path: string, megabytes: number): Promise<string> {
  const seconds = 6;
  const kilobits = Math.ceil((megabytes * 8 * 1000 * 1.1) / seconds);
  const seed = Math.floor(Math.random() * 1_000_000);
  await run("ffmpeg", [
    ...["-loglevel", "error", "-y"],
    ...["-f", "lavfi", "-i", `testsrc2=size=960x540:rate=30:duration=${seconds}`],
    ...["-vf", `noise=alls=60:allf=t:all_seed=${seed}`],
    ...["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"],
    ...["-b:v", `${kilobits}k`, "-minrate", `${kilobits}k`, "-maxrate", `${kilobits}k`],
    ...["-bufsize", `${kilobits}k`, "-x264-params", "nal-hrd=cbr", "-movflags", "+faststart"],
    path,
  ]);
  return path;
}

export async function sizeOf(path: string): Promise<number> {
  return (await stat(path)).size;
}

export async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
