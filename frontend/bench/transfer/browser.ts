import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BrowserContext, chromium } from "@playwright/test";
import type { Place } from "./place";

const FRONTEND = fileURLToPath(new URL("../..", import.meta.url));
const CONFIG = "bench/transfer/vite.config.ts";
const PROGRAM = process.env.CHROMIUM ?? "/usr/bin/chromium";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-features=WebRtcHideLocalIpsWithMdns",
  "--allow-loopback-in-peer-connection",
  // No window, no save dialog: a download is something one can follow.
  "--disable-blink-features=FileSystemAccessLocal",
];

/** Chromium with a profile on disk, since one without keeps private files in memory; and the page to open in it. */
export interface Browser {
  context: BrowserContext;
  page: string;
  profile: string;
  close(): Promise<void>;
}

export async function openBrowser(place: Place, port: number, folder: string): Promise<Browser> {
  const stopServing = place.start(
    ["node", "node_modules/vite/bin/vite.js", "preview", "--config", CONFIG, "--port", `${port}`],
    FRONTEND,
  );
  const page = `http://127.0.0.1:${port}`;
  const profile = join(folder, `profile-${port}`);
  let context: BrowserContext | undefined;
  try {
    await answering(place, page);
    await mkdir(profile);
    context = await chromium.launchPersistentContext(profile, {
      executablePath: await programIn(place, join(folder, `chromium-${port}`)),
      args: ARGUMENTS,
      acceptDownloads: true,
      // With these, pages offer host candidates instead of names only a local network resolves.
      permissions: ["camera", "microphone"],
    });
  } catch (cause) {
    await stopServing();
    throw cause;
  }
  const opened = context;
  return {
    context,
    page,
    profile,
    async close() {
      await opened.close();
      await stopServing();
    },
  };
}

/** Playwright starts one program by its name, so going to another place has to be inside of it. */
async function programIn(place: Place, script: string): Promise<string> {
  const [program, rest] = place.command([PROGRAM]);
  if (rest.length === 0) return program;
  await writeFile(script, `#!/bin/sh\nexec ${[program, ...rest].join(" ")} "$@"\n`);
  await chmod(script, 0o755);
  return script;
}

async function answering(place: Place, page: string): Promise<void> {
  // Asked from inside: nobody else can see a namespace's loopback.
  const ask = `fetch(${JSON.stringify(page)}).catch(() => process.exit(1))`;
  for (let tries = 0; ; tries++) {
    try {
      await place.run("node", "-e", ask);
      return;
    } catch (cause) {
      if (tries === 20) throw new Error(`nothing answers at ${page}`, { cause });
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
}
