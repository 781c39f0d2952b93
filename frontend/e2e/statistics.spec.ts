/** How handing over goes, for those who keep the place running. */
import { expect, type Page, test } from "@playwright/test";
import type { TransferStatistics } from "../src/lib/api/types";
import { violationsOf } from "./accessible";
import { Dancer, twoWhoMatched } from "./dancer";

const report = (matchId: string, direction: "sent" | "received") => ({
  matchId,
  transferId: crypto.randomUUID(),
  direction,
  outcome: "completed",
  bytes: 200_000_000,
  seconds: 25,
  path: "relay",
  browser: "Firefox 145",
  connectSeconds: 0.8,
});

async function violations(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const violation of await violationsOf(page)) found.push(`${colorScheme}: ${violation}`);
  }
  return found;
}

test("an admin sees what members report, as charts and as tables", async ({ browser }) => {
  const [anna, ben] = await twoWhoMatched(browser);
  const { matchId } = anna;
  const ada = await Dancer.ofTheDemo(browser, "ada");
  const { page } = ada;
  const before = await ada.fetch<TransferStatistics>("/api/transfers/statistics");

  await test.step("two report the same video, and one a failure", async () => {
    const video = report(matchId, "sent");
    await anna.post("/api/webrtc/transfers", video);
    await ben.post("/api/webrtc/transfers", { ...video, direction: "received" });
    await ben.post("/api/webrtc/transfers", {
      ...report(matchId, "sent"),
      outcome: "failed",
      path: null,
      reason: "no-connection",
      connected: false,
      connectSeconds: null,
    });
  });

  await test.step("both see that the video is received and verified, without a reload", async () => {
    const owed = (of: Dancer) => of.page.getByRole("list", { name: "What you owe each other" });
    await expect(owed(anna).getByText("Your video of")).toHaveText(`Your video of ${ben.name}`);
    await expect(owed(anna).getByRole("listitem").first()).toContainText("received and verified");
    await expect(owed(ben).getByRole("listitem").last()).toContainText("received and verified");
    await expect(owed(ben).getByRole("listitem").first()).toContainText("not handed over yet");
    await expect(ben.page.getByText(`You have ${anna.name}’s video. Now choose`)).toBeVisible();
    await expect(anna.page.getByText(`${ben.name}’s has not come yet.`)).toBeVisible();
  });

  await test.step("it is counted", async () => {
    await page.goto("/events");
    await page.getByRole("link", { name: "Statistics" }).click();
    await expect(page.getByRole("heading", { name: "Statistics" })).toBeVisible();
    const { total } = await ada.fetch<TransferStatistics>("/api/transfers/statistics");
    expect(total.reports).toBe(before.total.reports + 3);
    expect(total.transfers).toBe(before.total.transfers + 2);
    await expect(page.getByText(`${total.reports} reports`, { exact: true })).toBeVisible();

    const paths = page.getByRole("region", { name: "Paths", exact: true });
    const relayed = total.paths.find(({ name }) => name === "relay")?.reports ?? 0;
    expect(relayed).toBeGreaterThanOrEqual(2);
    await paths.getByText("As a table").click();
    const row = paths.getByRole("row", { name: /^Through a relay/ });
    await expect(row.getByRole("cell").first()).toHaveText(String(relayed));
    await expect(
      page.getByRole("region", { name: "Reasons", exact: true }).getByText("No connection"),
    ).toBeVisible();
  });

  await test.step("every chart has its table, and nothing is in anybody's way", async () => {
    for (const table of await page.getByText("As a table").all()) {
      const unfolded = table.locator("xpath=ancestor::details[1]");
      if ((await unfolded.getAttribute("open")) === null) await table.click();
    }
    await expect(page.getByRole("table")).toHaveCount(5);
    expect(await violations(page)).toEqual([]);
    for (const width of [320, 390, 1280]) {
      await page.setViewportSize({ width, height: 844 });
      const sideways = await page.evaluate(
        () => document.documentElement.scrollWidth > window.innerWidth,
      );
      expect(sideways, `scrolls sideways at ${width}`).toBe(false);
      const path = `test-results/screens/statistics-${width}.png`;
      await page.screenshot({ path, fullPage: true, animations: "disabled" });
    }
  });

  await test.step("other days are a choice away", async () => {
    await page.getByLabel("Days").selectOption("Last 7 days");
    await expect(page.getByRole("region", { name: "Handovers by day", exact: true })).toBeVisible();
  });

  for (const dancer of [anna, ben, ada]) await dancer.leaves();
});

test("nobody else sees them", async ({ browser }) => {
  const vera = await Dancer.ofTheDemo(browser, "vera");
  await vera.page.goto("/events");
  await expect(vera.page.getByRole("link", { name: "Audit" })).toBeVisible();
  await expect(vera.page.getByRole("link", { name: "Statistics" })).toHaveCount(0);
  await vera.page.goto("/statistics");
  await expect(vera.page.getByRole("heading", { name: "For admins" })).toBeVisible();
  const refused = await vera.context.request.get("/api/transfers/statistics");
  expect(refused.status()).toBe(403);
  await vera.leaves();
});
