import { expect, type Page, test } from "@playwright/test";
import { join } from "node:path";
import { makeNoise, scratchFolder, sha256, sizeOf } from "./files";

let folder: string;
test.beforeAll(async () => {
  folder = await scratchFolder();
});

async function openPair(page: Page): Promise<{ anna: Page; ben: Page }> {
  const ben = await page.context().newPage();
  await page.goto("/?me=anna");
  await ben.goto("/?me=ben");
  await expect(ben.getByText("Choose a video")).toBeVisible();
  return { anna: page, ben };
}

async function saved(page: Page): Promise<string> {
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Save" }).click();
  return (await download).path();
}

test("64 MB arrive whole, and both sides say so", async ({ page }) => {
  const { anna, ben } = await openPair(page);
  const file = await makeNoise(join(folder, "heat-3.mp4"), 64);
  await anna.getByLabel("Choose a video").setInputFiles(file);
  await expect(ben.getByText("heat-3.mp4", { exact: true })).toBeVisible();
  await expect(ben.getByText("67.1 MB")).toBeVisible();

  const began = performance.now();
  await ben.getByRole("button", { name: "Accept" }).click();
  await expect(anna.getByRole("progressbar")).toBeVisible();
  await expect(ben.getByRole("progressbar")).toBeVisible();
  await expect(ben.getByText("Received and verified", { exact: true })).toBeVisible({
    timeout: 40_000,
  });
  const seconds = (performance.now() - began) / 1000;
  const rate = (await sizeOf(file)) / 1e6 / seconds;
  console.log(`64 MB in ${seconds.toFixed(1)} s: ${rate.toFixed(0)} MB/s with hashing and keeping`);

  await expect(anna.getByText("Received and verified by Ben", { exact: true })).toBeVisible();
  await expect(anna.getByText("Direct")).toBeVisible();
  expect(await sha256(await saved(ben))).toBe(await sha256(file));
});
