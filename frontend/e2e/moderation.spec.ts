/** From a message that hurts to its end: reported, looked at, answered, and heard of by both. */
import { expect, test } from "@playwright/test";
import { look as lookAt } from "./accessible";
import { Dancer, twoWhoMatched } from "./dancer";

test("a message is reported, its author warned and suspended, and the reporter hears of it", async ({
  browser,
}) => {
  const [anna, ben] = await twoWhoMatched(browser);
  const ada = await Dancer.ofTheDemo(browser, "ada");
  const found: string[] = [];
  const look = async ({ page }: Dancer, name: string) => {
    found.push(...(await lookAt(page, name)));
  };

  await test.step("the message is reported where it stands", async () => {
    await ben.says("before");
    await ben.says("something rude");
    await expect(anna.message("something rude")).toBeVisible();
    const flags = anna.page.getByRole("button", { name: `Report what ${ben.name} said` });
    await look(anna, "moderation-chat");
    await flags.last().click();
    const sheet = anna.page.getByRole("dialog");
    await expect(sheet.getByText("something rude")).toBeVisible();
    await sheet.getByLabel("What happened?").fill("He said it twice.");
    await look(anna, "moderation-report-message");
    await sheet.getByRole("button", { name: "Send report" }).click();
    await expect(anna.page.getByText("A moderator will look at it")).toBeVisible();
  });

  await test.step("the moderator finds it with what was said around it", async () => {
    await ada.page.goto("/moderation");
    await expect(ada.page.getByText("He said it twice.").first()).toBeVisible();
    await look(ada, "moderation-queue");
    await ada.page.getByRole("link").filter({ hasText: ben.name }).first().click();
    const said = ada.page.getByRole("list", { name: "What was said" });
    await expect(said.getByRole("listitem")).toHaveCount(2);
    await expect(said).toContainText("before");
    await expect(ada.page.getByText(`${ben.name} asked`)).toBeVisible();
    await look(ada, "moderation-report");
  });

  await test.step("the author reads the warning", async () => {
    await ada.page.getByRole("button", { name: "Warn", exact: true }).click();
    const sheet = ada.page.getByRole("dialog");
    await sheet.getByLabel("What they should know").fill("Be kind to your partner.");
    await sheet.getByRole("button", { name: "Send warning" }).click();
    await expect(ada.page.getByText("Be kind to your partner.")).toBeVisible();
    await ben.page.goto("/events");
    const notice = ben.page.getByRole("region", { name: "From the moderators" });
    await expect(notice).toContainText("Be kind to your partner.");
    await look(ben, "moderation-warning");
    await notice.getByRole("button", { name: "Understood" }).click();
    await expect(notice).toHaveCount(0);
  });

  await test.step("who is suspended is signed out at once, and told why at the door", async () => {
    await ada.page.getByRole("button", { name: "Suspend", exact: true }).click();
    const sheet = ada.page.getByRole("dialog");
    await sheet.getByLabel("Why?").fill("It did not stop.");
    await look(ada, "moderation-suspend");
    await sheet.getByRole("button", { name: "Suspend and sign out" }).click();
    await expect(ben.page).toHaveURL(/\/login$/);
    await ben.page.getByLabel("Email").fill(ben.credentials.email);
    await ben.page.getByLabel("Password", { exact: true }).fill(ben.credentials.password);
    await ben.page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(ben.page.getByText(/suspended until .*: It did not stop\./)).toBeVisible();
    await look(ben, "moderation-suspended");
  });

  await test.step("the reporter hears what came of it", async () => {
    await ada.page.getByRole("button", { name: "Close report" }).click();
    const sheet = ada.page.getByRole("dialog");
    await expect(sheet.getByLabel("What came of it?")).toHaveValue("suspended");
    await sheet.getByLabel("A note for the moderators").fill("twice");
    await sheet.getByRole("button", { name: "Close report" }).click();
    await expect(ada.page.getByText("For the moderators: twice")).toBeVisible();
    await anna.page.goto("/events");
    const notice = anna.page.getByRole("region", { name: "From the moderators" });
    await expect(notice).toContainText(`Your report about ${ben.name}: they were suspended`);
    await look(anna, "moderation-outcome");
  });

  await test.step("once it is lifted, they may come back", async () => {
    await ada.page.getByRole("button", { name: "Lift suspension" }).click();
    await expect(ada.page.getByText("may sign in again")).toBeVisible();
    await ben.page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(ben.page).toHaveURL(/\/(events|matches)/);
  });

  await test.step("nobody else gets in", async () => {
    await anna.page.goto("/moderation");
    await expect(anna.page.getByRole("heading", { name: "For moderators" })).toBeVisible();
  });

  expect(found).toEqual([]);
  for (const dancer of [anna, ben, ada]) await dancer.leaves();
});
