/** Filming right in the page, with the browser's test camera, and what becomes of the film. */
import { type BrowserContext, expect, type Locator, type Page } from "@playwright/test";
import { join } from "node:path";
import { expectAccessible } from "./accessible";
import { makeNoise, sha256, test } from "./files";

async function open(context: BrowserContext, me: "anna" | "ben"): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`/?me=${me}`);
  await expect(page.getByRole("button", { name: "Choose a video" })).toBeVisible();
  return page;
}

function recorder(page: Page): Locator {
  return page.getByRole("dialog");
}

async function film(page: Page, seconds: number): Promise<void> {
  await page.getByRole("button", { name: "Record one" }).click();
  await recorder(page).getByRole("button", { name: "Start recording" }).click();
  await filmed(page, seconds);
}

async function filmed(page: Page, seconds: number): Promise<void> {
  const timer = recorder(page).getByRole("timer");
  await expect
    .poll(async () => Number(/0:(\d\d)/.exec(await timer.innerText())?.[1] ?? 0))
    .toBeGreaterThanOrEqual(seconds);
}

async function lengthOf(video: Locator): Promise<number> {
  await expect
    .poll(() => video.evaluate((player: HTMLVideoElement) => player.readyState))
    .toBeGreaterThan(0);
  return video.evaluate((player: HTMLVideoElement) => player.duration);
}

async function plays(video: Locator): Promise<void> {
  await video.evaluate((player: HTMLVideoElement) => {
    player.muted = true;
    return player.play();
  });
  await expect
    .poll(() => video.evaluate((player: HTMLVideoElement) => player.currentTime))
    .toBeGreaterThan(0.5);
}

const kept = (page: Page) => page.getByText(/^A recording from .+ was found$/);

test("a dance is filmed in the page, sent, and plays where it arrived", async ({ context }) => {
  const [anna, ben] = [await open(context, "anna"), await open(context, "ben")];
  await anna.getByRole("button", { name: "Record one" }).click();
  await expect(recorder(anna).getByRole("button", { name: "Start recording" })).toBeVisible();
  await expectAccessible(anna);
  await recorder(anna).getByRole("button", { name: "Start recording" }).click();
  await filmed(anna, 3);
  await expectAccessible(anna);
  await recorder(anna).getByRole("button", { name: "Stop recording" }).click();

  const length = await lengthOf(recorder(anna).getByLabel("Your recording"));
  expect(length).toBeGreaterThan(2.5);
  expect(length).toBeLessThan(30);
  await expectAccessible(anna);
  await recorder(anna).getByRole("button", { name: "Send to Ben" }).click();

  const name = ben.getByText(/^\d{4}-\d\d-\d\d \d\d\.\d\d Anna and Ben\.(mp4|webm)$/);
  await expect(name).toBeVisible();
  await expect(ben.getByRole("listitem").locator("img")).toBeVisible();
  await expect(kept(anna)).toHaveCount(0);
  await ben.getByRole("button", { name: "Accept" }).click();
  await expect(ben.getByText("Received and verified", { exact: true })).toBeVisible();

  const video = ben.locator("video");
  expect(Math.abs((await lengthOf(video)) - length)).toBeLessThan(0.5);
  await plays(video);

  // Ben has it: Anna's copy stays a day, and says so.
  await anna.close();
  const later = await open(context, "anna");
  await expect(later.getByText(/Ben has it\. It stays here for a day\.$/)).toBeVisible();
});

test("a recording cut off by the end of the page is found again, plays, and can be sent", async ({
  context,
}) => {
  const [anna, ben] = [await open(context, "anna"), await open(context, "ben")];
  let asked = false;
  anna.on("dialog", (dialog) => {
    asked ||= dialog.type() === "beforeunload";
    void dialog.accept();
  });
  await film(anna, 4);
  await anna.reload();
  expect(asked).toBe(true);

  await expect(kept(anna)).toBeVisible();
  await expectAccessible(anna);
  await anna.getByRole("button", { name: "Send it" }).click();
  await expect(kept(anna)).toHaveCount(0);
  await ben.getByRole("button", { name: "Accept" }).click();
  await expect(ben.getByText("Received and verified", { exact: true })).toBeVisible();
  const video = ben.locator("video");
  expect(await lengthOf(video)).toBeGreaterThan(2);
  await plays(video);
});

test("a browser without MP4 records WebM that knows how long it is", async ({ context }) => {
  await context.addInitScript(() => {
    const supported = MediaRecorder.isTypeSupported.bind(MediaRecorder);
    MediaRecorder.isTypeSupported = (type) => !type.startsWith("video/mp4") && supported(type);
  });
  const anna = await open(context, "anna");
  await film(anna, 3);
  await recorder(anna).getByRole("button", { name: "Stop recording" }).click();
  const video = recorder(anna).getByLabel("Your recording");
  await expect(video).toBeVisible();
  // As the file says it, before any player has looked for its end.
  const duration = await anna.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const outgoing = await root.getDirectoryHandle("outgoing");
    const folder = await outgoing.getDirectoryHandle("match anna");
    for await (const [name, handle] of folder.entries()) {
      if (!name.endsWith(".webm")) throw new Error(`${name} is no WebM`);
      const player = document.createElement("video");
      player.src = URL.createObjectURL(await (handle as FileSystemFileHandle).getFile());
      await new Promise((resolve) => player.addEventListener("loadedmetadata", resolve));
      return player.duration;
    }
    return undefined;
  });
  expect(duration).toBeGreaterThan(2.5);
  expect(duration).toBeLessThan(30);
  await plays(video);
});

test("a recording that is not wanted is deleted, one that is left stays", async ({ context }) => {
  const anna = await open(context, "anna");
  await film(anna, 2);
  // Closing ends the recording first, and shows it.
  await recorder(anna).getByRole("button", { name: "Close" }).click();
  await expect(recorder(anna).getByRole("button", { name: "Send to Ben" })).toBeVisible();
  await recorder(anna).getByRole("button", { name: "Close" }).click();
  await expect(recorder(anna)).toHaveCount(0);
  await expect(kept(anna)).toHaveCount(1);

  await film(anna, 2);
  await recorder(anna).getByRole("button", { name: "Stop recording" }).click();
  await recorder(anna).getByRole("button", { name: "Film again" }).click();
  await recorder(anna).getByRole("button", { name: "Delete this one" }).click();
  await expect(recorder(anna).getByRole("button", { name: "Start recording" })).toBeVisible();
  await recorder(anna).getByRole("button", { name: "Close" }).click();
  await expect(kept(anna)).toHaveCount(1);

  await anna.getByRole("button", { name: /^Delete / }).click();
  await anna.getByRole("button", { name: /^Really delete / }).click();
  await expect(kept(anna)).toHaveCount(0);
  await anna.reload();
  await expect(anna.getByRole("button", { name: "Record one" })).toBeVisible();
  await expect(kept(anna)).toHaveCount(0);
});

for (const [error, words] of [
  ["NotAllowedError", /The camera is not allowed here\. Allow it in your browser’s settings/],
  ["NotReadableError", /Another app is using the camera/],
  ["NotFoundError", /This device has no camera/],
] as const) {
  test(`the page says what to do about ${error}`, async ({ context }) => {
    await context.addInitScript((name) => {
      let refusals = 2;
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = (constraints) =>
        refusals-- > 0 ? Promise.reject(new DOMException("no", name)) : open(constraints);
    }, error);
    const anna = await open(context, "anna");
    await anna.getByRole("button", { name: "Record one" }).click();
    await expect(recorder(anna).getByRole("alert")).toHaveText(words);
    await expectAccessible(anna);
    const again = recorder(anna).getByRole("button", { name: "Try again" });
    // A busy camera is asked once, others a second time for the picture alone.
    await again.click();
    if (error === "NotReadableError") await again.click();
    await expect(recorder(anna).getByRole("button", { name: "Start recording" })).toBeVisible();
  });
}

test("without a microphone one films without sound, and is told so", async ({ context }) => {
  await context.addInitScript(() => {
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = (constraints) =>
      constraints?.audio
        ? Promise.reject(new DOMException("no microphone", "NotFoundError"))
        : open(constraints);
  });
  const anna = await open(context, "anna");
  await film(anna, 2);
  await expect(recorder(anna).getByText("Without sound")).toBeVisible();
  await recorder(anna).getByRole("button", { name: "Stop recording" }).click();
  await plays(recorder(anna).getByLabel("Your recording"));
});

test("several files may be dropped anywhere, and what is no video is named", async ({
  context,
}) => {
  const [anna, ben] = [await open(context, "anna"), await open(context, "ben")];
  await anna.evaluate(() => {
    const brought = new DataTransfer();
    for (const [name, type] of [
      ["heat-1.mp4", "video/mp4"],
      ["scores.pdf", "application/pdf"],
    ] as const) {
      brought.items.add(new File([new Uint8Array(30_000)], name, { type }));
    }
    const options = { dataTransfer: brought, bubbles: true, cancelable: true };
    const taken = !document.body.dispatchEvent(new DragEvent("dragover", options));
    document.body.dispatchEvent(new DragEvent("drop", options));
    if (!taken) throw new Error("the page would be left for the file");
  });
  await expect(
    anna.getByText("scores.pdf does not look like a video. Ben gets it as it is."),
  ).toBeVisible();
  await expect(ben.getByText("heat-1.mp4", { exact: true })).toBeVisible();
  await expect(ben.getByText("scores.pdf", { exact: true })).toBeVisible();
});

test.describe("saving", () => {
  test("where the person says, byte by byte, and only then it counts as saved", async ({
    context,
    folder,
  }) => {
    const heat = await makeNoise(join(folder, "heat-5.mp4"), 12);
    const anna = await open(context, "anna");
    const ben = await context.newPage();
    // No window, no dialog: the place is one in the private file system.
    await ben.addInitScript(() => {
      Object.assign(window, {
        showSaveFilePicker: async ({ suggestedName }: { suggestedName: string }) => {
          const root = await navigator.storage.getDirectory();
          return root.getFileHandle(`saved ${suggestedName}`, { create: true });
        },
      });
    });
    await ben.goto("/?me=ben");
    await anna.getByLabel("Video to hand over").setInputFiles(heat);
    await ben.getByRole("button", { name: "Accept" }).click();
    await ben.getByRole("button", { name: "Save" }).click();
    await expect(ben.getByText("Saved", { exact: true })).toBeVisible();
    const hash = await ben.evaluate(async () => {
      const root = await navigator.storage.getDirectory();
      const file = await (await root.getFileHandle("saved heat-5.mp4")).getFile();
      const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
      return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join(
        "",
      );
    });
    expect(hash).toBe(await sha256(heat));
  });

  test("says that there is no room, and does not take it for saved", async ({
    context,
    folder,
  }) => {
    const heat = await makeNoise(join(folder, "heat-6.mp4"), 1);
    const anna = await open(context, "anna");
    const ben = await context.newPage();
    await ben.addInitScript(() => {
      Object.assign(window, {
        showSaveFilePicker: () =>
          Promise.resolve({
            createWritable: () =>
              Promise.resolve(
                new WritableStream({
                  write: () => Promise.reject(new DOMException("full", "QuotaExceededError")),
                }),
              ),
          }),
      });
    });
    await ben.goto("/?me=ben");
    await anna.getByLabel("Video to hand over").setInputFiles(heat);
    await ben.getByRole("button", { name: "Accept" }).click();
    await ben.getByRole("button", { name: "Save" }).click();
    await expect(ben.getByRole("alert")).toHaveText(/There is no room for it there/);
    await expect(ben.getByText("Saved", { exact: true })).toHaveCount(0);
    // Still the next step.
    await expect(ben.getByRole("button", { name: "Save" })).toHaveClass(/bg-accent/);
  });
});
