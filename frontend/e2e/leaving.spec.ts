/** The way out of the product, and the way back while there is one. */
import { expect, test } from "@playwright/test";
import { Dancer } from "./dancer";

test("who asks to be deleted has a week to come back", async ({ browser }) => {
  const anna = await Dancer.signedIn(browser, "anna");
  const { page } = anna;
  const leaving = page.getByRole("region", { name: "Leaving" });
  const asked = leaving.getByRole("status");
  await page.goto("/profile");

  await test.step("nobody is deleted by a wrong password", async () => {
    await leaving.getByRole("button", { name: "Delete my account" }).click();
    const sheet = page.getByRole("dialog", { name: "Delete my account" });
    await sheet.getByLabel("Your password").fill("somebody else's password");
    await sheet.getByRole("button", { name: "Delete my account" }).click();
    await expect(sheet.getByLabel("Your password")).toHaveAccessibleDescription("is not right");
    await sheet.getByRole("button", { name: "Close" }).click();
    await expect(sheet).toHaveCount(0);
    await expect(asked).toHaveCount(0);
  });

  await test.step("one's own says when, also after a reload", async () => {
    await leaving.getByRole("button", { name: "Delete my account" }).click();
    const sheet = page.getByRole("dialog", { name: "Delete my account" });
    await sheet.getByLabel("Your password").fill(anna.credentials.password);
    await sheet.getByRole("button", { name: "Delete my account" }).click();
    await expect(asked).toContainText("Your account will be deleted on");
    await page.reload();
    const when = await asked.locator("time").getAttribute("datetime");
    const days = (Date.parse(when ?? "") - Date.now()) / (24 * 60 * 60 * 1_000);
    expect(days).toBeGreaterThan(6.9);
    expect(days).toBeLessThanOrEqual(7);
  });

  await test.step("and one may change one's mind", async () => {
    await leaving.getByRole("button", { name: "Keep my account" }).click();
    await expect(page.getByText("Good to have you back.")).toBeVisible();
    await expect(asked).toHaveCount(0);
    await page.reload();
    await expect(leaving.getByRole("button", { name: "Delete my account" })).toBeVisible();
  });
  await anna.leaves();
});
