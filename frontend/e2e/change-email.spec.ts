/** Moving to another mail address: by PIN where one asked for it, or by the link. */
import { expect, test, type Page } from "@playwright/test";
import { expectAccessible } from "./accessible";
import { Dancer } from "./dancer";
import { letterTo, linkIn } from "./letters";

const SUBJECT = "Confirm your new mail address";

test("an account moves to another address once that is confirmed", async ({ browser }) => {
  const anna = await Dancer.signedIn(browser, "anna");
  const { page } = anna;
  const { email, password } = anna.credentials;
  const [first, second] = [`first-${email}`, `second-${email}`];
  const sheet = page.getByRole("dialog", { name: "Change my email" });
  await page.goto("/profile");

  await test.step("nobody moves it by a wrong password", async () => {
    await page.getByRole("button", { name: "Change my email" }).click();
    await sheet.getByLabel("New email").fill(first);
    await sheet.getByLabel("Your password", { exact: true }).fill("somebody else's password");
    await sheet.getByRole("button", { name: "Send me a mail there" }).click();
    const field = sheet.getByLabel("Your password", { exact: true });
    await expect(field).toHaveAccessibleDescription("is not right");
    await expectAccessible(page);
  });

  await test.step("the old one hears of it, and stays until the PIN is typed", async () => {
    await sheet.getByLabel("Your password", { exact: true }).fill(password);
    await sheet.getByRole("button", { name: "Send me a mail there" }).click();
    await expect(sheet.getByRole("status")).toContainText(first);
    await letterTo(email, "Your mail address is about to change");
    await expect(page.getByText(`Signed in as ${email}`)).toBeAttached();
    await expectAccessible(page);
    const pin = sheet.getByLabel("PIN from the mail");
    await pin.fill("12345");
    await sheet.getByRole("button", { name: "Use this email" }).click();
    await expect(pin).toHaveAccessibleDescription(/not right/);
    const { text } = await letterTo(first, SUBJECT);
    await pin.fill(/PIN: (\d{6})/.exec(text)?.[1] ?? "");
    await sheet.getByRole("button", { name: "Use this email" }).click();
    await expect(page.getByText(`Your email is ${first} now.`)).toBeVisible();
    await expect(page.getByText(`Signed in as ${first}`)).toBeVisible();
  });

  await test.step("the link does the same, in whichever browser", async () => {
    await ask(page, second, password);
    const elsewhere = await Dancer.arrives(browser, "elsewhere");
    await elsewhere.page.goto(linkIn(await letterTo(second, SUBJECT), "/verify-email"));
    await elsewhere.page.getByRole("button", { name: "Confirm my email" }).click();
    const confirmed = elsewhere.page.getByRole("heading", { name: "Your email is confirmed" });
    await expect(confirmed).toBeVisible();
    await elsewhere.leaves();
    await page.reload();
    await expect(page.getByText(`Signed in as ${second}`)).toBeVisible();
  });
  await anna.leaves();
});

async function ask(page: Page, email: string, password: string): Promise<void> {
  const sheet = page.getByRole("dialog", { name: "Change my email" });
  await page.getByRole("button", { name: "Change my email" }).click();
  await sheet.getByLabel("New email").fill(email);
  await sheet.getByLabel("Your password", { exact: true }).fill(password);
  await sheet.getByRole("button", { name: "Send me a mail there" }).click();
  await expect(sheet.getByRole("status")).toContainText(email);
}
