/** Where one is signed in, and signing out there from here. */
import { devices, expect, test } from "@playwright/test";
import { expectAccessible } from "./accessible";
import { Dancer } from "./dancer";
import { server } from "./server";

test("a lost phone is signed out from another device", async ({ browser }) => {
  const anna = await Dancer.signedIn(browser, "anna");
  const { page } = anna;
  const phone = await browser.newContext({ ...devices["iPhone 15"] });
  const { email, password } = anna.credentials;
  const login = await phone.request.post("/api/auth/login", {
    data: { email, password },
    headers: { Origin: server, "User-Agent": devices["iPhone 15"].userAgent },
  });
  expect(login.ok()).toBe(true);
  const there = await phone.newPage();
  await there.goto("/matches");
  await expect(there.getByRole("heading", { name: "Matches" })).toBeVisible();

  await page.goto("/profile");
  await page.getByRole("button", { name: "Where you are signed in" }).click();
  const sheet = page.getByRole("dialog", { name: "Where you are signed in" });

  await test.step("both are shown, this one first", async () => {
    await expect(sheet.getByRole("listitem")).toHaveCount(2);
    await expect(sheet.getByRole("listitem").first()).toContainText("This device");
    await expect(sheet.getByRole("listitem").last()).toContainText("Safari on iPhone");
    await expect(sheet.getByRole("listitem").last()).toContainText("Used just now");
    await expectAccessible(page);
  });

  await test.step("the phone is out at once, and not by a reload", async () => {
    await sheet.getByRole("button", { name: "Sign out on Safari on iPhone" }).click();
    await expect(page.getByText("Signed out on Safari on iPhone.")).toBeVisible();
    await expect(sheet.getByText("You are signed in nowhere else.")).toBeVisible();
    await expect(there).toHaveURL(/\/login$/);
  });

  await test.step("here one stays", async () => {
    await page.reload();
    await expect(page.getByText(`Signed in as ${anna.email}`)).toBeVisible();
  });

  await test.step("and all others are signed out together", async () => {
    for (let count = 0; count < 2; count += 1) {
      const data = { email, password };
      await phone.request.post("/api/auth/login", { data, headers: { Origin: server } });
    }
    await page.getByRole("button", { name: "Where you are signed in" }).click();
    await expect(sheet.getByRole("listitem")).toHaveCount(3);
    await sheet.getByRole("button", { name: "Sign out everywhere else" }).click();
    await expect(sheet.getByText("You are signed in nowhere else.")).toBeVisible();
    await expect(sheet.getByRole("listitem")).toHaveCount(1);
  });
  await phone.close();
  await anna.leaves();
});
