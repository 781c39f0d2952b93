/** A picture of oneself: chosen, looked at, shown to others, and taken away again. */
import { deflateSync } from "node:zlib";
import { expect, test } from "@playwright/test";
import { expectAccessible } from "./accessible";
import { Dancer } from "./dancer";

test.use({ viewport: { width: 390, height: 844 } });

test("a dancer puts a picture of theirs there, and takes it away", async ({ browser }) => {
  const anna = await Dancer.signedIn(browser, "anna");
  const { page } = anna;
  await page.setViewportSize({ width: 390, height: 844 });
  const sheet = page.getByRole("dialog", { name: "Your picture" });
  const face = page.getByRole("main").locator("img").first();
  await page.goto("/profile");

  await test.step("what is no picture is refused, in words", async () => {
    const broken = { name: "me.png", mimeType: "image/png", buffer: Buffer.from("<svg/>") };
    await page.getByLabel("Your picture").setInputFiles(broken);
    await expect(sheet.getByText("This browser cannot show it.")).toBeVisible();
    await sheet.getByRole("button", { name: "Use this picture" }).click();
    await expect(sheet.getByRole("alert")).toContainText("must be a JPEG, PNG or WebP picture");
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await expect(sheet).toBeHidden();
  });

  await test.step("by keyboard alone, looked at before it is used", async () => {
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Add a picture" }).focus();
    await page.keyboard.press("Enter");
    await (await chooser).setFiles(picture("me.png", [200, 60, 120]));
    await expect(sheet.getByAltText("As others will see it")).toBeVisible();
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      await expectAccessible(page);
      await page.screenshot({ path: `test-results/screens/picture-chosen-${colorScheme}.png` });
    }
    await sheet.getByRole("button", { name: "Use this picture" }).press("Enter");
    await expect(sheet).toBeHidden();
    await expect(face).toHaveAttribute("src", /^\/api\/avatars\//);
    await expectAccessible(page);
    await page.screenshot({ path: "test-results/screens/picture-there.png" });
  });

  await test.step("others see it", async () => {
    const ben = await Dancer.signedIn(browser, "ben");
    await ben.page.goto(`/people/${anna.name}`);
    const seen = ben.page.getByRole("main").locator("img").first();
    await expect(seen).toHaveAttribute("src", /^\/api\/avatars\//);
    expect(await seen.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(256);
    await ben.leaves();
  });

  await test.step("another takes its place, and then none", async () => {
    const first = await face.getAttribute("src");
    await page.getByLabel("Your picture").setInputFiles(picture("other.png", [20, 90, 200]));
    await sheet.getByRole("button", { name: "Use this picture" }).click();
    await expect(sheet).toBeHidden();
    await expect(face).not.toHaveAttribute("src", first ?? "");
    await page.getByRole("button", { name: "Remove" }).click();
    const add = page.getByRole("button", { name: "Add a picture" });
    await expect(add).toBeFocused();
    await expect(face).toHaveCount(0);
  });
  await anna.leaves();
});

/** A PNG of one colour, 300 by 200. */
function picture(name: string, color: [number, number, number]) {
  const [width, height] = [300, 200];
  const line = [0, ...Array.from({ length: width }, () => color).flat()];
  const lines = Buffer.from(Array.from({ length: height }, () => line).flat());
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  const chunks = [chunk("IHDR", header), chunk("IDAT", deflateSync(lines)), chunk("IEND")];
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return { name, mimeType: "image/png", buffer: Buffer.concat([signature, ...chunks]) };
}

function chunk(kind: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const named = Buffer.concat([Buffer.from(kind), data]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(named, 4);
  framed.writeUInt32BE(crc(named), named.length + 4);
  return framed;
}

function crc(bytes: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? 0xedb88320 ^ (sum >>> 1) : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}
