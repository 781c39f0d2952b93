/** What talking has to survive: a network that comes and goes, reloads, second tabs, and what people type. */
import { expect, test } from "@playwright/test";
import { Dancer, twoWhoMatched } from "./dancer";
import { Weather } from "./weather";

test.describe.configure({ timeout: 90_000 });

test("what was said while one was away arrives once, and what one typed meanwhile is sent", async ({
  browser,
}) => {
  const [anna, ben] = await twoWhoMatched(browser);
  const weather = await Weather.over(ben.context);
  await ben.page.reload();
  await ben.says("before the storm");
  await expect(anna.message("before the storm")).toBeVisible();

  await weather.breaks();
  await anna.says("said while Ben was away");
  await expect(anna.message("said while Ben was away")).toBeVisible();
  await ben.says("typed in the storm");
  await expect(ben.unsent("typed in the storm")).toBeVisible();
  await expect(ben.page.getByText("Will be sent")).toBeVisible();
  await expect(ben.page.getByText(/No connection/)).toBeVisible();
  await expect(anna.message("typed in the storm")).toHaveCount(0);

  weather.clears();
  await expect(ben.message("said while Ben was away")).toHaveCount(1, { timeout: 40_000 });
  await expect(anna.message("typed in the storm")).toBeVisible({ timeout: 40_000 });
  await expect(ben.unsent("typed in the storm")).toHaveCount(0);

  await anna.page.reload();
  await ben.page.reload();
  for (const dancer of [anna, ben]) {
    for (const words of ["before the storm", "said while Ben was away", "typed in the storm"]) {
      await expect(dancer.message(words)).toHaveCount(1);
    }
  }
  await anna.leaves();
  await ben.leaves();
});

test("what people type stays text", async ({ browser }) => {
  const [anna, ben] = await twoWhoMatched(browser);
  const nasty = `<img src=x onerror="document.title='owned'"><b>bold</b> javascript:alert(1)`;
  await anna.says(nasty);
  await expect(ben.message(nasty)).toBeVisible();
  await expect(ben.page.getByRole("region", { name: "Messages" }).locator("img, b")).toHaveCount(0);
  expect(await ben.page.title()).not.toContain("owned");

  await anna.says("see https://example.com/heat-3?a=1");
  const link = ben.page.getByRole("link", { name: "https://example.com/heat-3?a=1" });
  await expect(link).toHaveAttribute("href", "https://example.com/heat-3?a=1");
  await expect(link).toHaveAttribute("rel", /noopener/);
  await anna.leaves();
  await ben.leaves();
});

test("a second tab hears the same, and a reload forgets nothing", async ({ browser }) => {
  const [anna, ben] = await twoWhoMatched(browser);
  const second = await ben.context.newPage();
  await second.goto(`/matches/${ben.matchId}`);
  const heardThere = second.getByRole("region", { name: "Messages" });

  await anna.says("to both your tabs");
  await expect(ben.message("to both your tabs")).toHaveCount(1);
  await expect(heardThere.getByText("to both your tabs", { exact: true })).toHaveCount(1);
  await ben.says("from the first tab");
  await expect(heardThere.getByText("from the first tab", { exact: true })).toHaveCount(1);

  await ben.page.reload();
  await expect(ben.message("to both your tabs")).toHaveCount(1);
  await expect(ben.message("from the first tab")).toHaveCount(1);
  await anna.leaves();
  await ben.leaves();
});

test("who leaves the room is no longer here", async ({ browser }) => {
  const anna = await Dancer.signedIn(browser, "anna");
  const ben = await Dancer.signedIn(browser, "ben");
  await anna.joinsWhatIsOn();
  await ben.joinsWhatIsOn();
  await anna.page.getByRole("button", { name: /here now/ }).click();
  const present = anna.page.getByRole("dialog").getByRole("region", { name: "Here now" });
  await expect(present.getByText(ben.name)).toBeVisible();
  await ben.leaves();
  await expect(present.getByText(ben.name)).toHaveCount(0, { timeout: 20_000 });
  await anna.leaves();
});
