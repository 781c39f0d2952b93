/** Signing in without a password, with a device that the browser itself plays. */
import { type Browser, expect, type Page, test } from "@playwright/test";
import { expectAccessible, look } from "./accessible";
import { Dancer } from "./dancer";

/** Whether whoever holds the device shows that it is theirs. */
async function aDevice(page: Page): Promise<{ locked(locked: boolean): Promise<void> }> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    async locked(locked) {
      const isUserVerified = !locked;
      await devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified });
    },
  };
}

async function atProfile(browser: Browser): Promise<Dancer> {
  const anna = await Dancer.signedIn(browser, "anna");
  await anna.page.goto("/profile");
  return anna;
}

test("a passkey is added, signs in with nothing typed, and is removed", async ({ browser }) => {
  const anna = await atProfile(browser);
  const { page } = anna;
  const device = await aDevice(page);
  const sheet = page.getByRole("dialog", { name: "My passkeys" });

  await test.step("adding it takes the password", async () => {
    await page.getByRole("button", { name: "My passkeys" }).click();
    await sheet.getByRole("button", { name: "Add a passkey" }).click();
    await sheet.getByLabel("Your password", { exact: true }).fill("not hers at all");
    await sheet.getByRole("button", { name: "Add it" }).click();
    await expect(sheet.getByText("is not right")).toBeVisible();
    expect(await look(page, "passkeys-add")).toEqual([]);
    await sheet.getByLabel("What you call it").fill("Anna’s phone");
    await sheet.getByLabel("Your password", { exact: true }).fill(anna.credentials.password);
    await sheet.getByRole("button", { name: "Add it" }).click();
    await expect(sheet.getByRole("listitem")).toContainText("Anna’s phone");
    await expect(sheet.getByRole("listitem")).toContainText("Not used yet");
    expect(await look(page, "passkeys")).toEqual([]);
  });

  await test.step("the same device is not asked twice", async () => {
    await sheet.getByRole("button", { name: "Add a passkey" }).click();
    await sheet.getByLabel("Your password", { exact: true }).fill(anna.credentials.password);
    await sheet.getByRole("button", { name: "Add it" }).click();
    await expect(sheet.getByText("This device has a passkey of yours already.")).toBeVisible();
  });

  await test.step("signed out, one is in again by the device alone", async () => {
    // What the browser offers by itself must not be faster than the hand on the button.
    await device.locked(true);
    await page.reload();
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await expect(page).toHaveURL(/\/login$/);
    await expectAccessible(page);
    await device.locked(false);
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    // Where one was before.
    await expect(page).toHaveURL(/\/profile$/);
    await expect(page.getByText(`Signed in as ${anna.email}`)).toBeVisible();
    await page.getByRole("button", { name: "My passkeys" }).click();
    await expect(sheet.getByRole("listitem")).toContainText("Used just now");
  });

  await test.step("removed, it is told that it is not known any more", async () => {
    await sheet.getByRole("button", { name: "Remove Anna’s phone" }).click();
    await expect(sheet.getByRole("listitem")).toHaveCount(0);
    await device.locked(true);
    await page.reload();
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await expect(page).toHaveURL(/\/login$/);
    await device.locked(false);
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await expect(page.getByText(/This passkey is not known here any more/)).toBeVisible();
    expect(await look(page, "passkeys-unknown")).toEqual([]);
    await expect(page).toHaveURL(/\/login$/);
  });
  await anna.leaves();
});
