/** Each page as people see it: pictures to look at in test-results/screens, and what axe finds on it. */
import { type Browser, expect, type Page } from "@playwright/test";
import { join } from "node:path";
import { violationsOf } from "./accessible";
import { Dancer, twoWhoMatched } from "./dancer";
import { makeFilm, test } from "./files";

const SIZES = [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
];
const SCHEMES = ["dark", "light"] as const;

test.describe.configure({ timeout: 180_000 });

/** Takes the pictures; answers what axe finds, with the place named. */
async function picture(page: Page, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const { width, height } of SIZES) {
    await page.setViewportSize({ width, height });
    expect(await sideways(page), `${name} scrolls sideways at ${width}`).toBe(false);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const path = join("test-results", "screens", `${name}-${width}-${colorScheme}.png`);
      await page.screenshot({ path, animations: "disabled" });
      // Colours do not depend on the size: the light ones are judged once, on the phone.
      if (colorScheme === "light" && width > 390) continue;
      for (const violation of await violationsOf(page)) {
        found.push(`${name} ${width} ${colorScheme}: ${violation}`);
      }
    }
  }
  return found;
}

function sideways(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
}

async function stranger(browser: Browser): Promise<Page> {
  return (await Dancer.arrives(browser, "nobody")).page;
}

test("pages for those who are not signed in", async ({ browser }) => {
  const page = await stranger(browser);
  const found: string[] = [];
  for (const path of ["login", "register"]) {
    await page.goto(`/${path}`);
    await expect(page.getByLabel("Email")).toBeVisible();
    found.push(...(await picture(page, path)));
  }
  await page.goto("/no-such-page");
  await expect(page.getByRole("heading").first()).toBeVisible();
  found.push(...(await picture(page, "not-found")));
  expect(found).toEqual([]);
});

test("pages of an evening, from the events to the history", async ({ browser, folder }) => {
  const film = await makeFilm(join(folder, "jack-and-jill.mp4"), 6);
  const carla = await Dancer.signedIn(browser, "carla");
  const [anna, ben] = await twoWhoMatched(browser);
  const { page } = anna;
  const match = `/matches/${anna.matchId}`;
  const found: string[] = [];
  const look = async (name: string, at: Page = page) => {
    found.push(...(await picture(at, name)));
  };

  await page.goto("/events");
  await expect(page.getByRole("region", { name: "On now" })).toBeVisible();
  await look("events");

  await carla.joinsWhatIsOn();
  await carla.says("Anybody in heat 5 who could film me?");
  await page.getByRole("link", { name: "Open chat" }).click();
  await carla.asks(anna);
  // The room is everybody's, and keeps what was said in it.
  const answer = `I can, from the left side, at ${new Date().toLocaleTimeString()}`;
  await anna.says(answer);
  await expect(anna.message(answer)).toBeVisible();
  await look("event-chat");
  await page.getByRole("button", { name: /here now/ }).click();
  await expect(page.getByRole("dialog").getByRole("region", { name: "Here now" })).toBeVisible();
  await look("people-here");

  await page.goto("/matches");
  await expect(page.getByRole("link", { name: new RegExp(ben.name) }).first()).toBeVisible();
  await look("matches");
  await page.goto(`/people/${ben.name}`);
  await expect(page.getByRole("heading", { name: ben.name }).first()).toBeVisible();
  await look("person");
  await page.goto("/profile");
  await expect(page.getByRole("heading").first()).toBeVisible();
  await look("profile");

  await page.goto(match);
  await ben.says("I am in heat 3, number 214");
  await expect(anna.message("I am in heat 3, number 214")).toBeVisible();
  await look("match-agreed");
  await anna.handsOver(film);
  await expect(ben.handover().getByRole("button", { name: "Accept" })).toBeVisible();
  await look("match-offered", ben.page);
  await look("match-offering");
  await ben.handover().getByRole("button", { name: "Accept" }).click();
  await expect(ben.handover().getByText("Received and verified", { exact: true })).toBeVisible({
    timeout: 30_000,
  });
  await look("match-received", ben.page);
  await look("match-sent");

  await page.getByRole("button", { name: "All handed over" }).click();
  // The other's video is still owed, so one is asked.
  await page.getByRole("button", { name: "Complete all the same" }).click();
  await page.getByRole("link", { name: `Rate ${ben.name}` }).click();
  await page.getByText("Good", { exact: true }).click();
  await look("rate");
  await page.getByRole("button", { name: `Rate ${ben.name}` }).click();
  await expect(page).toHaveURL(match);
  await look("match-rated");
  await page.goto("/history");
  await expect(page.getByRole("region", { name: "Evenings" })).toBeVisible();
  await look("history");

  expect(found).toEqual([]);
  for (const dancer of [anna, ben, carla]) await dancer.leaves();
});

test("pages of an auditor, and a member’s own history", async ({ browser }) => {
  const anna = await Dancer.ofTheDemo(browser, "anna");
  const vera = await Dancer.ofTheDemo(browser, "vera");
  const matchId = await anna.completedMatch();
  const found: string[] = [];

  await anna.page.goto(`/matches/${matchId}`);
  await anna.page.getByRole("button", { name: "More" }).click();
  await anna.page.getByRole("button", { name: "What happened" }).click();
  await expect(anna.page.getByRole("dialog").getByText("You asked ben")).toBeVisible();
  found.push(...(await picture(anna.page, "what-happened")));

  await vera.page.goto("/audit");
  await expect(vera.page.getByText("Requested").first()).toBeVisible();
  found.push(...(await picture(vera.page, "audit")));
  await vera.page.goto(`/audit/matches/${matchId}`);
  await vera.page.getByRole("slider", { name: "Event" }).focus();
  await vera.page.keyboard.press("Home");
  await vera.page.keyboard.press("ArrowRight");
  await expect(vera.page.getByRole("heading", { name: "ben agreed" })).toBeVisible();
  found.push(...(await picture(vera.page, "audit-match")));
  await vera.page.getByText("The event as it is stored").click();
  await expect(vera.page.getByRole("region", { name: /Stored event/ })).toBeVisible();
  await vera.page.getByRole("slider", { name: "Event" }).focus();
  await vera.page.keyboard.press("End");
  found.push(...(await picture(vera.page, "audit-match-stored")));

  expect(found).toEqual([]);
  await anna.leaves();
  await vera.leaves();
});
