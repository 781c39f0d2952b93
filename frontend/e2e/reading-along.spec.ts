/** What one shows of oneself while reading and writing, and what waits unread. */
import { expect, test } from "@playwright/test";
import { expectAccessible } from "./accessible";
import { twoWhoMatched } from "./dancer";

test.describe.configure({ timeout: 120_000 });

test("the partner sees who is typing and what was read, and finds what waits", async ({
  browser,
}) => {
  const [anna, ben] = await twoWhoMatched(browser);
  await anna.page.getByRole("textbox", { name: /^Write to/ }).pressSequentially("Hi");
  await expect(ben.page.getByText(`${anna.name} is typing`)).toBeVisible();
  await anna.says("Heat 12, floor B");
  await expect(ben.page.getByText(`${anna.name} is typing`)).toHaveCount(0);
  await expect(anna.page.getByText("Read", { exact: true })).toBeVisible();

  // Away from the room, what is said there waits.
  await ben.page.goto("/matches");
  await anna.says("Are you there?");
  const row = ben.page.getByRole("link", { name: new RegExp(anna.name) });
  await expect(row.getByText("1 unread")).toBeVisible();
  await expectAccessible(ben.page);
  await expect(anna.page.getByText("Read", { exact: true })).toBeVisible();
  const read = anna.page.locator('p:has-text("Are you there?") + p:text-is("Read")');
  await expect(read).toHaveCount(0);

  await row.click();
  await expect(ben.message("Are you there?")).toBeVisible();
  await expect(read).toBeVisible();
  await ben.page.goto("/matches");
  await expect(row).toBeVisible();
  await expect(row.getByText(/unread/)).toHaveCount(0);
  await anna.leaves();
  await ben.leaves();
});

test("whoever shows nothing is shown nothing", async ({ browser }) => {
  const [anna, ben] = await twoWhoMatched(browser);
  await ben.page.goto("/profile");
  for (const name of [/Show when I am typing/, /Show what I have read/]) {
    const choice = ben.page.getByRole("switch", { name });
    await expect(choice).toBeChecked();
    await choice.click();
    await expect(choice).not.toBeChecked();
  }
  await expectAccessible(ben.page);
  await ben.page.goto(`/matches/${anna.matchId}`);
  await anna.says("Did you read this?");
  await expect(ben.message("Did you read this?")).toBeVisible();
  await ben.page.getByRole("textbox", { name: /^Write to/ }).pressSequentially("Yes, I did");
  await ben.page.getByRole("button", { name: "Send" }).click();
  await expect(anna.message("Yes, I did")).toBeVisible();
  await expect(anna.page.getByText(/is typing/)).toHaveCount(0);
  await expect(anna.page.getByText("Read", { exact: true })).toHaveCount(0);
  await ben.page.reload();
  await expect(ben.message("Yes, I did")).toBeVisible();
  await expect(ben.page.getByText("Read", { exact: true })).toHaveCount(0);
  await anna.leaves();
  await ben.leaves();
});
