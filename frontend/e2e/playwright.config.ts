import { defineConfig } from "@playwright/test";
import { server } from "./server";

const harnessPort = process.env.HARNESS_PORT ?? "5190";
/** Handing over by itself, without the server: see harness/main.tsx. */
const HARNESS = ["transfer.spec.ts", "recording.spec.ts"];

export default defineConfig({
  testDir: ".",
  outputDir: "../test-results",
  // Two browsers with a video between them want the machine to themselves.
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  // What fails once and passes then is named as flaky; on a machine somebody else uses too, it is no failure.
  retries: process.env.CI ? 1 : 0,
  reporter: [["list"]],
  forbidOnly: Boolean(process.env.CI),
  use: {
    baseURL: server,
    // With these, pages on loopback offer host candidates instead of names only a local network resolves.
    permissions: ["camera", "microphone"],
    acceptDownloads: true,
    // Recording costs half the machine's time, so it is for looking into a failure: `--trace on`.
    trace: "off",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-features=WebRtcHideLocalIpsWithMdns",
        "--allow-loopback-in-peer-connection",
        // No window, no save dialog: a download is something a test can follow.
        "--disable-blink-features=FileSystemAccessLocal",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
      ],
    },
  },
  projects: [
    {
      name: "transfer",
      testMatch: HARNESS,
      use: { baseURL: `http://localhost:${harnessPort}` },
    },
    { name: "product", testIgnore: HARNESS },
  ],
  webServer: {
    command: "npx vite --config e2e/harness/vite.config.ts",
    cwd: "..",
    port: Number(harnessPort),
    env: { HARNESS_PORT: harnessPort },
    // Somebody else's would serve somebody else's code.
    reuseExistingServer: false,
  },
});
