/** Everything that the server keeps: each file under its data directory, its database's among them. */
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const directory = process.env.OUTBOX_DIR ? dirname(process.env.OUTBOX_DIR) : undefined;

/** The files that hold `words`, as UTF-8, anywhere in them; a file that goes away meanwhile holds nothing. */
export async function filesWith(words: string): Promise<string[]> {
  if (!directory) throw new Error("OUTBOX_DIR says where the server keeps its data");
  const needle = Buffer.from(words);
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path).catch(() => Buffer.alloc(0));
    if (bytes.includes(needle)) found.push(path);
  }
  return found;
}
