/** What happened in a match, for those who were in it and for those who answer for the log. */
import { expect, test } from "@playwright/test";
import { Dancer } from "./dancer";

interface History {
  items: { position: number; type: string }[];
}

test("an auditor goes through a match, event by event, and shares a moment of it", async ({
  browser,
}) => {
  const anna = await Dancer.ofTheDemo(browser, "anna");
  const vera = await Dancer.ofTheDemo(browser, "vera");
  const matchId = await anna.completedMatch();
  const { items } = await anna.fetch<History>(`/api/matches/${matchId}/history`);
  const positions = items.map(({ position }) => position);
  const { page } = vera;
  const state = page.getByRole("region", { name: "State" });
  const fact = (label: string) => state.locator("dl > div", { hasText: label }).first();
  const slider = page.getByRole("slider", { name: "Event" });
  const at = (step: number) => new RegExp(`/audit/matches/${matchId}\\?at=${positions[step]}$`);

  await test.step("finds it by a link somebody sent", async () => {
    await page.goto("/events");
    await page.getByRole("link", { name: "Audit" }).click();
    await page.getByLabel("Match", { exact: true }).fill("the match of anna and ben");
    await page.getByRole("button", { name: "Open its history" }).click();
    await expect(page.getByText("There is no match’s id in this.")).toBeVisible();
    await page
      .getByLabel("Match", { exact: true })
      .fill(`see https://spotlight.example/matches/${matchId}`);
    await page.getByRole("button", { name: "Open its history" }).click();
    await expect(page.getByRole("heading", { name: "anna and ben" })).toBeVisible();
    await expect(slider).toHaveValue(String(positions.length - 1));
    await expect(fact("Status")).toContainText("Completed");
    await expect(state.getByText("Open to both, as both have rated")).toBeVisible();
  });

  await test.step("goes to the beginning and on from there, by the keyboard", async () => {
    await slider.focus();
    await page.keyboard.press("Home");
    await expect(page).toHaveURL(at(0));
    await expect(state.getByRole("heading")).toHaveText(/^anna asked ben to film each other/);
    await expect(fact("Status")).toContainText("Waiting for an answer");
    await expect(state.getByText("ben ·")).toHaveCount(0);
    await page.keyboard.press("ArrowRight");
    await expect(page).toHaveURL(at(1));
    await expect(slider).toHaveAttribute("aria-valuetext", /^2 of \d+: ben agreed, /);
    await expect(fact("Status")).toContainText("Agreed");
    await expect(fact("Status")).toContainText("changed");
    await expect(fact("Asked")).not.toContainText("changed");
  });

  await test.step("steps and jumps, with the stored event unfolded", async () => {
    await page.getByText("The event as it is stored").click();
    const stored = page.getByRole("region", { name: /^Stored event/ });
    await expect(stored).toContainText(`"type": "Accepted"`);
    await page.getByRole("button", { name: "Next event" }).click();
    await expect(page).toHaveURL(at(2));
    await expect(stored).toContainText(`"position": ${positions[2]}`);
    const rated = items.findIndex(({ type }) => type === "PartnerRated");
    await page.getByRole("list", { name: "Events" }).getByRole("button").nth(rated).click();
    await expect(page).toHaveURL(at(rated));
    await expect(stored).toContainText(`"type": "PartnerRated"`);
    await expect(state.getByText("5 of 5").first()).toBeVisible();
    await expect(state.getByText(/Open to both once both have rated/)).toBeVisible();
  });

  await test.step("whoever gets the link sees the same", async () => {
    const link = page.url();
    await page.reload();
    await expect(state.getByText(/Open to both once both have rated/)).toBeVisible();
    await expect(page).toHaveURL(link);
    await page.goto(`/audit/matches/${matchId}?at=1`);
    await expect(slider).toHaveValue("0");
  });

  await anna.leaves();
  await vera.leaves();
});

test("a member reads their own match’s history, and not the log", async ({ browser }) => {
  const ben = await Dancer.ofTheDemo(browser, "ben");
  const matchId = await ben.completedMatch();
  await ben.page.goto(`/matches/${matchId}`);
  await ben.page.getByText("What happened").click();
  const told = ben.page.getByRole("list", { name: "What happened" });
  await expect(told.getByRole("listitem").first()).toContainText(
    "anna asked you to film each other",
  );
  await expect(told).toContainText("You gave 4 of 5");

  await expect(ben.page.getByRole("link", { name: "Audit" })).toHaveCount(0);
  await ben.page.goto(`/audit/matches/${matchId}`);
  await expect(ben.page.getByRole("heading", { name: "For auditors" })).toBeVisible();
  await ben.leaves();
});
