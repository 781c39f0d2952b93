/** A video shared from the phone's gallery with the installed app, by way of its service worker. */
import { expect, type Page } from "@playwright/test";
import { join } from "node:path";
import { expectAccessible } from "./accessible";
import { Dancer, twoWhoMatched } from "./dancer";
import { makeFilm, sha256, test } from "./files";
import { server } from "./server";

test.describe.configure({ timeout: 120_000 });

let film: string;
test.beforeAll(async ({ folder }) => {
  film = await makeFilm(join(folder, "jack and jill.mp4"), 6);
});

/** The app's worker answers from here on. */
async function installed(page: Page): Promise<void> {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await expect
    .poll(async () => {
      await page.reload();
      return page.evaluate(() => navigator.serviceWorker.controller !== null);
    })
    .toBe(true);
}

/** As the system does it: a form with the file is posted to the address in the manifest. */
async function share(page: Page, files: string | string[], field = "videos"): Promise<void> {
  await page.evaluate((name) => {
    const form = document.createElement("form");
    form.method = "post";
    form.action = "/share";
    form.enctype = "multipart/form-data";
    const input = document.createElement("input");
    input.type = "file";
    input.name = name;
    input.multiple = true;
    input.id = "shared-by-the-system";
    form.append(input);
    document.body.append(form);
  }, field);
  await page.locator("#shared-by-the-system").setInputFiles(files);
  await page.evaluate(() => {
    document.querySelector<HTMLInputElement>("#shared-by-the-system")?.form?.submit();
  });
}

test("the manifest tells the system where to share to", async ({ request }) => {
  const manifest = (await (await request.get("/manifest.webmanifest")).json()) as object;
  expect(manifest).toMatchObject({
    share_target: {
      action: "/share",
      method: "POST",
      enctype: "multipart/form-data",
      params: { files: [{ name: "videos", accept: ["video/*"] }] },
    },
  });
});

test("a shared video goes to the match that is tapped", async ({ browser }) => {
  const [anna, ben] = await twoWhoMatched(browser);
  await installed(anna.page);
  await share(anna.page, film);
  await expect(anna.page).toHaveURL(`${server}/share`);
  await expect(anna.page.getByText("jack and jill.mp4", { exact: true })).toBeVisible();
  await expect
    .poll(() => anna.page.locator("video").evaluate((player: HTMLVideoElement) => player.duration))
    .toBeCloseTo(6, 0);
  await expectAccessible(anna.page);

  await anna.page.getByRole("button", { name: new RegExp(ben.name) }).click();
  await expect(anna.page).toHaveURL(/\/matches\/[^/]+$/);
  await ben.handover().getByRole("button", { name: "Accept" }).click();
  await expect(ben.handover().getByText("Received and verified", { exact: true })).toBeVisible();
  expect(await sha256(await ben.saves())).toBe(await sha256(film));

  // It was taken, and once is enough.
  await anna.page.goto("/share");
  await expect(anna.page.getByText("Nothing is waiting here")).toBeVisible();
  await anna.page.goto(`/matches/${ben.matchId}`);
  await expect(
    anna.handover().getByText(`${ben.name} has it. It stays here for a day.`),
  ).toBeVisible();
  await anna.leaves();
  await ben.leaves();
});

test("what is shared waits until one has signed in, and for a day at most", async ({ browser }) => {
  const [anna, ben] = await twoWhoMatched(browser);
  await installed(anna.page);
  await anna.context.clearCookies();
  await share(anna.page, [film, film]);
  await expect(anna.page).toHaveURL(/\/login$/);
  await anna.page.getByLabel("Email").fill(anna.email);
  await anna.page.getByLabel("Password", { exact: true }).fill(anna.credentials.password);
  await anna.page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(anna.page).toHaveURL(`${server}/share`);
  await expect(anna.page.getByRole("heading", { name: "Whom are they for?" })).toBeVisible();
  await expect(anna.page.getByText("2 jack and jill.mp4", { exact: true })).toBeVisible();

  await anna.page.getByRole("button", { name: "Remove 2 jack and jill.mp4" }).click();
  await expect(anna.page.getByRole("heading", { name: "Whom is it for?" })).toBeVisible();
  await anna.page.clock.setFixedTime(Date.now() + 25 * 60 * 60 * 1000);
  await anna.page.goto("/events");
  const left = () =>
    anna.page.evaluate(async () => {
      const root = await navigator.storage.getDirectory();
      let shares = 0;
      for await (const name of (await root.getDirectoryHandle("shared")).keys())
        shares += name ? 1 : 0;
      return shares;
    });
  await expect.poll(left).toBe(0);
  await anna.leaves();
  await ben.leaves();
});

test("without a match, or without a video, the page says what to do", async ({ browser }) => {
  const carla = await Dancer.signedIn(browser, "carla");
  await carla.page.goto("/events");
  await installed(carla.page);
  await share(carla.page, film, "something-else");
  await expect(carla.page.getByRole("alert").first()).toHaveText(/What was shared was no video/);
  await expectAccessible(carla.page);
  await share(carla.page, film);
  await expect(carla.page.getByText("Nobody to hand it to yet")).toBeVisible();
  await expectAccessible(carla.page);
  await carla.leaves();
});
