/** What goes by mail: confirming one's address, and coming back without a password. */
import { expect, test } from "@playwright/test";
import { expectAccessible } from "./accessible";
import { Dancer } from "./dancer";
import { letterTo, linkIn } from "./letters";

const NEW_PASSWORD = "anchor step and triple";
const NEWER_PASSWORD = "sugar push from the left";

test("an address is confirmed, a password forgotten and changed", async ({ browser }) => {
  const anna = await Dancer.arrives(browser, "anna");
  const { page } = anna;
  const reminder = page.getByRole("region", { name: "Confirm your email address" });

  await test.step("who registers is asked to confirm, and not in the way of dancing", async () => {
    await anna.registers();
    await expect(page.getByRole("heading").first()).toBeVisible();
    await expect(reminder).toHaveCount(0);
    await page.goto("/profile");
    await expect(reminder).toContainText(anna.email);
  });

  await test.step("the mail's link confirms", async () => {
    const letter = await letterTo(anna.email, "Confirm your mail address");
    await page.goto(linkIn(letter, "/verify-email"));
    await page.getByRole("button", { name: "Confirm my email" }).click();
    await expect(page.getByRole("heading", { name: "Your email is confirmed" })).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("link", { name: "To the events" }).click();
    await page.goto("/profile");
    await expect(page.getByText(`Signed in as ${anna.email}`)).toBeVisible();
    await expect(reminder).toHaveCount(0);
  });

  // Another device: nobody is signed in there.
  const elsewhere = await Dancer.arrives(browser, "elsewhere");
  await test.step("who forgot their password sets another by mail", async () => {
    const { page } = elsewhere;
    await page.goto("/login");
    await page.getByRole("link", { name: "Forgot your password?" }).click();
    await page.getByRole("heading", { name: "Forgot your password?" }).waitFor();
    await page.getByLabel("Email").fill(anna.email);
    await expectAccessible(page);
    await page.getByRole("button", { name: "Send me a link" }).click();
    await expect(page.getByText("a mail with a link is on its way")).toBeVisible();

    const link = linkIn(await letterTo(anna.email, "Set a new password"), "/reset-password");
    await page.goto(link);
    await page.getByLabel("New password", { exact: true }).fill(NEW_PASSWORD);
    await expectAccessible(page);
    await page.getByRole("button", { name: "Set my new password" }).click();
    await expect(page.getByRole("heading", { name: "Your new password is set" })).toBeVisible();
    await page.getByRole("link", { name: "Sign in with it" }).click();
    await signIn(elsewhere, anna.email, NEW_PASSWORD);
    await letterTo(anna.email, "Your password was changed");

    // The link was good for once.
    const late = await Dancer.arrives(browser, "late");
    await late.page.goto(link);
    await late.page.getByLabel("New password", { exact: true }).fill(NEW_PASSWORD);
    await late.page.getByRole("button", { name: "Set my new password" }).click();
    await expect(late.page.getByRole("alert")).toContainText("not good any more");
    await late.leaves();
  });

  await test.step("all sessions ended with the old password", async () => {
    await page.goto("/profile");
    await expect(page).toHaveURL(/\/login$/);
    await signIn(anna, anna.email, NEW_PASSWORD);
  });

  await test.step("a password is changed where one is signed in, and only there one stays", async () => {
    await page.goto("/profile");
    await page.getByRole("button", { name: "Change my password" }).click();
    const sheet = page.getByRole("dialog", { name: "Change my password" });
    const current = sheet.getByLabel("Current password", { exact: true });
    await current.fill("somebody else's password");
    await sheet.getByLabel("New password", { exact: true }).fill(NEWER_PASSWORD);
    await sheet.getByRole("button", { name: "Change it" }).click();
    await expect(current).toHaveAccessibleDescription("is not right");
    await expectAccessible(page);
    await current.fill(NEW_PASSWORD);
    await sheet.getByRole("button", { name: "Change it" }).click();
    await expect(page.getByText("Other devices are signed out.")).toBeVisible();
    await expect(sheet).toHaveCount(0);

    await elsewhere.page.goto("/profile");
    await expect(elsewhere.page).toHaveURL(/\/login$/);
    await page.reload();
    await expect(page.getByText(`Signed in as ${anna.email}`)).toBeVisible();
  });
  await anna.leaves();
  await elsewhere.leaves();
});

test("who is refused until they confirm is shown the way out", async ({ browser }) => {
  const anna = await Dancer.signedIn(browser, "anna");
  const { page } = anna;
  // As a server answers that asks for confirmed addresses.
  const refusal = { code: "email_not_verified", title: "Confirm your mail address first" };
  await page.route("**/api/events/*/join", (route) =>
    route.fulfill({ status: 403, contentType: "application/problem+json", json: refusal }),
  );
  await page.goto("/events");
  const notice = page.getByRole("region", { name: "Confirm your email address" });
  const join = page.getByRole("region", { name: "On now" }).getByRole("button", { name: "Join" });
  await join.click();
  await expect(notice).toContainText(anna.email);
  await expectAccessible(page);
  await notice.getByRole("button", { name: "Not now" }).click();
  await expect(notice).toHaveCount(0);

  await join.click();
  await notice.getByRole("button", { name: "Send again" }).click();
  await expect(page.getByText(`Another mail is on its way to ${anna.email}.`)).toBeVisible();
  await notice.getByRole("link", { name: "Enter the PIN" }).click();
  await expect(page.getByRole("textbox", { name: "Email" })).toHaveValue(anna.email);
  await expectAccessible(page);
  const pin = page.getByLabel("PIN from the mail");
  const confirm = page.getByRole("button", { name: "Confirm my email" });
  await pin.fill("12345");
  await confirm.click();
  await expect(pin).toHaveAccessibleDescription(/not right/);
  const { text } = await letterTo(anna.email, "Confirm your mail address");
  await pin.fill(/PIN: (\d{6})/.exec(text)?.[1] ?? "");
  await confirm.click();
  await expect(page.getByRole("heading", { name: "Your email is confirmed" })).toBeVisible();
  await anna.leaves();
});

async function signIn({ page }: Dancer, email: string, password: string): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).not.toHaveURL(/\/login$/);
}
