/** Writing so that nobody but the two can read it: from asking for it to reporting one message of it. */
import { expect, test, type Browser, type Page } from "@playwright/test";
import { look as lookAt } from "./accessible";
import { Dancer, twoWhoMatched } from "./dancer";
import { filesWith } from "./on-disk";
import { Weather } from "./weather";

test.describe.configure({ timeout: 240_000 });

/** Words that occur nowhere else. */
const unheardOf = (what: string) => `${what}-${crypto.randomUUID()}`;

const found: string[] = [];
async function look({ page }: { page: Page }, name: string): Promise<void> {
  found.push(...(await lookAt(page, name)));
}

async function agreeToEncrypt(asking: Dancer, agreeing: Dancer): Promise<void> {
  await asking.page.getByRole("button", { name: "More" }).click();
  await asking.page.getByRole("button", { name: "Encrypt this conversation" }).click();
  await look(asking, "encryption-ask");
  await asking.page.getByRole("button", { name: `Ask ${agreeing.name}` }).click();
  await expect(asking.page.getByText("You asked to encrypt this conversation")).toBeVisible();
  await expect(
    agreeing.page.getByText(`${asking.name} wants to encrypt this conversation`),
  ).toBeVisible();
  await look(agreeing, "encryption-asked");
  await agreeing.page.getByRole("button", { name: "Encrypt", exact: true }).click();
  for (const { page } of [asking, agreeing]) {
    await expect(page.getByText("Encrypted for you two")).toBeVisible();
  }
}

async function safetyNumber({ page }: Dancer): Promise<string> {
  await page.getByRole("button", { name: /Safety number/ }).click();
  const groups = page.getByRole("list", { name: "Safety number" }).getByRole("listitem");
  await expect(groups).toHaveCount(12);
  return (await groups.allInnerTexts()).map((group) => group.trim().slice(0, 5)).join(" ");
}

async function closesSheet({ page }: Dancer): Promise<void> {
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
}

/** The same person in another browser, on the page of the match. */
async function onAnotherDevice(browser: Browser, dancer: Dancer, matchId: string) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto("/login");
  await page.getByLabel("Email").fill(dancer.credentials.email);
  await page.getByLabel("Password", { exact: true }).fill(dancer.credentials.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/\/(events|matches)/);
  await page.goto(`/matches/${matchId}`);
  return { context, page, words: page.getByRole("region", { name: "Messages" }) };
}

test("two people write so that only their devices can read it, and one message of it is reported", async ({
  browser,
}) => {
  const [anna, ben] = await twoWhoMatched(browser);
  const weather = await Weather.over(ben.context);
  await ben.page.reload();
  const ada = await Dancer.ofTheDemo(browser, "ada");
  const [clear, secret] = [unheardOf("clear"), unheardOf("secret")];
  let number = "";

  await test.step("one asks, the other agrees, and both see that it is on", async () => {
    await anna.says(clear);
    await expect(ben.message(clear)).toBeVisible();
    await agreeToEncrypt(anna, ben);
    await expect(ben.page.getByText("Not encrypted").first()).toBeVisible();
  });

  await test.step("both see the same safety number", async () => {
    number = await safetyNumber(anna);
    expect(await safetyNumber(ben)).toBe(number);
    await look(anna, "encryption-safety-number");
    await anna.page.getByRole("button", { name: /mark as verified/ }).click();
    await expect(anna.page.getByText("Verified on this device")).toBeVisible();
    await closesSheet(anna);
    await closesSheet(ben);
    await expect(anna.page.getByText("Encrypted and verified")).toBeVisible();
  });

  await test.step("they write to each other, and a reload loses nothing", async () => {
    await anna.says(secret);
    await expect(ben.message(secret)).toBeVisible();
    await ben.says("and back");
    await expect(anna.message("and back")).toBeVisible();
    await anna.page.reload();
    await ben.page.reload();
    for (const dancer of [anna, ben]) {
      for (const words of [clear, secret, "and back"]) {
        await expect(dancer.message(words)).toHaveCount(1);
      }
    }
    await expect(anna.page.getByText("Encrypted and verified")).toBeVisible();
    await look(anna, "encryption-chat");
  });

  await test.step("what is typed without a connection arrives, encrypted", async () => {
    await weather.breaks();
    await ben.says("typed in the storm");
    await expect(ben.unsent("typed in the storm")).toBeVisible();
    weather.clears();
    await expect(anna.message("typed in the storm")).toBeVisible({ timeout: 60_000 });
    await expect(ben.unsent("typed in the storm")).toHaveCount(0);
  });

  const tablet = await onAnotherDevice(browser, ben, anna.matchId);

  await test.step("a new device cannot read what was written before, and says so plainly", async () => {
    await expect(tablet.words.getByText("Sent while this device could not read along")).toHaveCount(
      3,
    );
    await expect(tablet.words.getByText(clear, { exact: true })).toBeVisible();
    await expect(tablet.words.getByText(secret)).toHaveCount(0);
    await look(tablet, "encryption-other-device");
  });

  await test.step("both are shown the new device, and nothing is written for it before it is accepted", async () => {
    await expect(anna.page.getByText(`${ben.name} has a new device`)).toBeVisible();
    await expect(anna.page.getByText("Encrypted and verified")).toHaveCount(0);
    await expect(ben.page.getByText("You have a new device")).toBeVisible();
    await look(anna, "encryption-new-device");
    await anna.says("not for the tablet yet");
    await expect(ben.message("not for the tablet yet")).toBeVisible();
    await expect(tablet.words.getByText("Sent while this device could not read along")).toHaveCount(
      4,
    );

    await anna.page.getByRole("button", { name: "OK", exact: true }).click();
    await expect(anna.page.getByText(`${ben.name} has a new device`)).toHaveCount(0);
    expect(await safetyNumber(anna)).not.toBe(number);
    await closesSheet(anna);
    await anna.says("for both of yours");
    await expect(ben.message("for both of yours")).toBeVisible();
    await expect(tablet.words.getByText("for both of yours", { exact: true })).toBeVisible();
    await expect(anna.page.getByText("Encrypted and verified")).toHaveCount(0);
  });

  await test.step("nothing is written any more for a device that its person takes out of use", async () => {
    await ben.page.getByRole("button", { name: "OK", exact: true }).click();
    await ben.page.getByRole("button", { name: /Safety number/ }).click();
    await look(ben, "encryption-devices");
    await ben.page.getByRole("button", { name: /^Take device .* out of use$/ }).click();
    await expect(ben.page.getByText("It gets no new messages.")).toBeVisible();
    await closesSheet(ben);
    await anna.says("for the phone alone");
    await expect(ben.message("for the phone alone")).toBeVisible();
    await expect(tablet.words.getByText("Sent while this device could not read along")).toHaveCount(
      5,
    );
    await tablet.context.close();
  });

  await test.step("a reported message is shown to moderators, by the reporter's choice", async () => {
    await ben.says("something rude");
    await expect(anna.message("something rude")).toBeVisible();
    const flags = anna.page.getByRole("button", { name: `Report what ${ben.name} said` });
    await flags.last().click();
    const sheet = anna.page.getByRole("dialog");
    await sheet.getByLabel("What happened?").fill("He said it in private.");
    await sheet.getByRole("switch", { name: /Show this message to the moderators/ }).click();
    await look(anna, "encryption-report");
    await sheet.getByRole("button", { name: "Send report" }).click();
    await expect(anna.page.getByText("A moderator will look at it")).toBeVisible();

    await ada.page.goto("/moderation");
    await ada.page.getByRole("link").filter({ hasText: ben.name }).first().click();
    await expect(ada.page.getByText("it is what was sent")).toBeVisible();
    await expect(ada.page.getByText("something rude", { exact: true })).toBeVisible();
    await expect(ada.page.getByText(secret)).toHaveCount(0);
    await look(ada, "encryption-moderator");
  });

  await test.step("the server has nothing of it in clear", async () => {
    // What is not encrypted is found, so the search would find the other too.
    await expect.poll(async () => (await filesWith(clear)).length).toBeGreaterThan(0);
    expect(await filesWith(secret)).toEqual([]);
    // What the log tells of a person is sealed on disk, and opened for that person.
    const held = JSON.stringify(await anna.fetch("/api/users/me/export?format=json"));
    expect(held).toContain(clear);
    expect(held).not.toContain(secret);
  });

  expect(found).toEqual([]);
  for (const dancer of [anna, ben, ada]) await dancer.leaves();
});

test("what a server that lies about it asks for in clear is not sent in clear", async ({
  browser,
}) => {
  const [anna, ben] = await twoWhoMatched(browser);
  await agreeToEncrypt(anna, ben);
  // From now on the server tells Anna that nothing was ever agreed.
  await anna.context.route(/\/api\/matches\/[^/]+$/, async (route) => {
    const answer = await route.fetch();
    const match = (await answer.json()) as object;
    const encryption = { state: "off", offeredBy: null };
    await route.fulfill({ response: answer, json: { ...match, encryption } });
  });
  await anna.page.reload();
  await expect(anna.page.getByText("The server says that this conversation is not")).toBeVisible();
  const sent: string[] = [];
  anna.page.on("websocket", (socket) =>
    socket.on("framesent", ({ payload }) => sent.push(String(payload))),
  );
  await anna.page.reload();
  await anna.says("still for you alone");
  await expect(ben.message("still for you alone")).toBeVisible();
  expect(sent.some((frame) => frame.includes("send_private_message"))).toBe(true);
  expect(sent.filter((frame) => frame.includes("still for you alone"))).toEqual([]);
  await anna.leaves();
  await ben.leaves();
});
