/** Handing over through the real server, where its own pages (transfer.spec.ts) cannot tell. */
import { expect } from "@playwright/test";
import { join } from "node:path";
import type { Match } from "../src/lib/api/types";
import { twoWhoMatched } from "./dancer";
import { makeNoise, sha256, test } from "./files";
import { Weather } from "./weather";

test.describe.configure({ timeout: 120_000 });

let film: string;
test.beforeAll(async ({ folder }) => {
  film = await makeNoise(join(folder, "heat-3.mp4"), 6);
});

test("a partner without a connection is waited for", async ({ browser }) => {
  const [anna, ben] = await twoWhoMatched(browser);
  const weather = await Weather.over(ben.context);
  await ben.page.reload();
  await expect(ben.handover()).toBeVisible();
  await weather.breaks();
  await anna.handsOver(film);
  await expect(
    anna.handover().getByText(`Waiting for ${ben.name}’s phone; it will go on by itself`),
  ).toBeVisible({ timeout: 30_000 });

  weather.clears();
  await ben.handover().getByRole("button", { name: "Accept" }).click({ timeout: 60_000 });
  await expect(ben.handover().getByText("Received and verified", { exact: true })).toBeVisible({
    timeout: 30_000,
  });
  expect(await sha256(await ben.saves())).toBe(await sha256(film));
  await anna.leaves();
  await ben.leaves();
});

test("without a way through, a link goes into the chat instead", async ({ browser }) => {
  const [anna, ben] = await twoWhoMatched(browser);
  for (const { context, page } of [anna, ben]) {
    // Relay only, without a relay: as between two networks that let nothing through.
    await context.addInitScript(() => {
      const Original = RTCPeerConnection;
      window.RTCPeerConnection = class extends Original {
        constructor(configuration?: RTCConfiguration) {
          super({ ...configuration, iceTransportPolicy: "relay" });
        }
      };
    });
    await page.reload();
  }
  await anna.handsOver(film);
  const form = anna.handover().getByRole("form", { name: "Share a link instead" });
  await expect(form).toBeVisible({ timeout: 45_000 });
  await form.getByLabel(/Link to the video/).fill("https://drive.example/heat-3");
  await form.getByRole("button", { name: "Share link" }).click();
  await expect(ben.page.getByRole("link", { name: "https://drive.example/heat-3" })).toBeVisible();
  await anna.leaves();
  await ben.leaves();
});

test("what was cancelled is reported as cancelled", async ({ browser }) => {
  const [anna, ben] = await twoWhoMatched(browser);
  await anna.handsOver(film);
  await ben.handover().getByRole("button", { name: "Decline" }).click();
  await expect(anna.handover().getByText(`${ben.name} declined it`, { exact: true })).toBeVisible();
  await expect
    .poll(async () => {
      const { transfers } = await anna.fetch<Match>(`/api/matches/${anna.matchId}`);
      return transfers.map(({ outcome, bytes }) => ({ outcome, bytes }));
    })
    .toEqual([
      { outcome: "cancelled", bytes: 0 },
      { outcome: "cancelled", bytes: 0 },
    ]);
  await anna.leaves();
  await ben.leaves();
});
