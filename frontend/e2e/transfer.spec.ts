/** Handing over between two real browser pages, without the server: see harness/main.tsx. */
import { type BrowserContext, expect, type Page } from "@playwright/test";
import { join } from "node:path";
import { expectAccessible } from "./accessible";
import { makeFilm, makeNoise, sha256, sizeOf, test } from "./files";

let heat: string;

test.beforeAll(async ({ folder }) => {
  heat = await makeNoise(join(folder, "heat-3.mp4"), 24);
});

async function open(context: BrowserContext, me: "anna" | "ben"): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`/?me=${me}`);
  await expect(page.getByRole("button", { name: "Choose a video" })).toBeVisible();
  return page;
}

async function choose(page: Page, file: string): Promise<void> {
  await page.getByLabel("Video to hand over").setInputFiles(file);
}

async function accept(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Accept" }).click();
}

/** A line of a card or of the connection; what screen readers are told besides is longer. */
function line(page: Page, words: string) {
  return page.getByText(words, { exact: true });
}

async function saved(page: Page): Promise<string> {
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Save" }).last().click();
  return (await download).path();
}

/** Lets a test reach the connections a page makes: all of them, and those that are not just for bytes. */
async function keepConnections(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const made: RTCPeerConnection[] = [];
    const main: RTCPeerConnection[] = [];
    const Original = RTCPeerConnection;
    Object.assign(window, { made, main });
    window.RTCPeerConnection = class extends Original {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        made.push(this);
      }

      override createDataChannel(label: string, options?: RTCDataChannelInit) {
        if (label === "control") main.push(this);
        return super.createDataChannel(label, options);
      }
    };
  });
}

async function cutConnection(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const connection of (window as unknown as { made: RTCPeerConnection[] }).made)
      connection.close();
  });
}

/** Slows the page's sending to a frame each `apartMs`, so that there is a middle to do something in. */
async function sendSlowly(page: Page, apartMs = 40): Promise<void> {
  await page.addInitScript((apart) => {
    const amount = Object.getOwnPropertyDescriptor(RTCDataChannel.prototype, "bufferedAmount");
    const waiting = new WeakSet<RTCDataChannel>();
    const drained = new WeakSet<RTCDataChannel>();
    Object.defineProperty(RTCDataChannel.prototype, "bufferedAmount", {
      get(this: RTCDataChannel) {
        if (this.label !== "data" || this.readyState !== "open") {
          return amount?.get?.call(this) as unknown;
        }
        if (drained.has(this)) return 0;
        if (!waiting.has(this)) {
          waiting.add(this);
          setTimeout(() => {
            waiting.delete(this);
            drained.add(this);
            this.dispatchEvent(new Event("bufferedamountlow"));
            drained.delete(this);
          }, apart);
        }
        return 100_000_000;
      },
    });
  }, apartMs);
}

async function moved(page: Page, percent: number): Promise<void> {
  const ring = page.getByRole("progressbar");
  await expect
    .poll(async () => Number(await ring.getAttribute("aria-valuenow")), {
      intervals: [50],
      timeout: 90_000,
    })
    .toBeGreaterThanOrEqual(percent);
}

test("64 MB arrive whole, and both sides say so", async ({ context, folder }) => {
  const [anna, ben] = [await open(context, "anna"), await open(context, "ben")];
  const file = await makeNoise(join(folder, "finals.mp4"), 64);
  await choose(anna, file);
  await expect(line(ben, "finals.mp4")).toBeVisible();
  await expect(line(ben, "67 MB")).toBeVisible();
  await expect(ben.getByRole("progressbar")).toHaveCount(0);

  const began = performance.now();
  await accept(ben);
  await Promise.all([moved(anna, 1), moved(ben, 1)]);
  await expect(line(ben, "Received and verified")).toBeVisible({ timeout: 40_000 });
  const seconds = (performance.now() - began) / 1000;
  const rate = (await sizeOf(file)) / 1e6 / seconds;
  console.log(`64 MB in ${seconds.toFixed(1)} s, ${rate.toFixed(0)} MB/s, hashed and kept`);

  await expect(line(anna, "Received and verified by Ben")).toBeVisible();
  await expect(line(anna, "Direct")).toBeVisible();
  expect(await sha256(await saved(ben))).toBe(await sha256(file));
});

test("a film is seen before it is accepted, and plays where it arrived", async ({
  context,
  folder,
}) => {
  const [anna, ben] = [await open(context, "anna"), await open(context, "ben")];
  await choose(anna, await makeFilm(join(folder, "strictly.mp4"), 8));
  await expect(ben.getByText(/MB · 0:06/)).toBeVisible();
  const thumbnail = ben.getByRole("listitem").locator("img");
  await expect
    .poll(() => thumbnail.evaluate((img: HTMLImageElement) => img.naturalWidth))
    .toBe(320);
  await accept(ben);
  const video = ben.locator("video");
  await expect(video).toBeVisible({ timeout: 30_000 });
  await video.evaluate((player: HTMLVideoElement) => {
    player.muted = true;
    return player.play();
  });
  await expect
    .poll(() => video.evaluate((player: HTMLVideoElement) => player.currentTime))
    .toBeGreaterThan(0.5);
  expect(await video.evaluate((player: HTMLVideoElement) => player.videoWidth)).toBe(960);
});

test("both send at once, and each gets the other's", async ({ context, folder }) => {
  const [anna, ben] = [await open(context, "anna"), await open(context, "ben")];
  const other = await makeNoise(join(folder, "heat-4.mp4"), 12);
  await Promise.all([choose(anna, heat), choose(ben, other)]);
  await Promise.all([accept(anna), accept(ben)]);
  for (const page of [anna, ben]) {
    await expect(line(page, "Received and verified")).toBeVisible({ timeout: 40_000 });
  }
  expect(await sha256(await saved(ben))).toBe(await sha256(heat));
  expect(await sha256(await saved(anna))).toBe(await sha256(other));
});

test("a partner who is away is waited for, and found when they come", async ({ context }) => {
  const anna = await open(context, "anna");
  await choose(anna, heat);
  await expect(line(anna, "Waiting for Ben’s phone; it will go on by itself")).toBeVisible();
  const ben = await open(context, "ben");
  await accept(ben);
  await expect(line(ben, "Received and verified")).toBeVisible({ timeout: 30_000 });
});

test("a video chosen before the page has settled is on its way all the same", async ({
  context,
}) => {
  const ben = await open(context, "ben");
  const anna = await context.newPage();
  await anna.addInitScript(() => {
    const locks = navigator.locks;
    const query = locks.request.bind(locks) as (...all: unknown[]) => Promise<unknown>;
    const late = async (...all: unknown[]) => {
      await new Promise((resolve) => setTimeout(resolve, 3000));
      return query(...all);
    };
    Object.assign(locks, { request: late });
  });
  await anna.goto("/?me=anna");
  await choose(anna, heat);
  await expect(line(anna, "Ready for Ben")).toBeVisible();
  await accept(ben);
  await expect(line(ben, "Received and verified")).toBeVisible({ timeout: 30_000 });
});

test("declining and cancelling are told to the other side", async ({ context }) => {
  const [anna, ben] = [await context.newPage(), await open(context, "ben")];
  await sendSlowly(anna);
  await anna.goto("/?me=anna");

  await choose(anna, heat);
  await ben.getByRole("button", { name: "Decline" }).click();
  await expect(line(anna, "Ben declined it")).toBeVisible();
  await expect(line(ben, "You declined it")).toBeVisible();

  await choose(anna, heat);
  await accept(ben);
  await moved(ben, 15);
  await ben.getByRole("button", { name: "Cancel heat-3.mp4" }).click();
  await expect(line(anna, "Ben cancelled it")).toBeVisible();

  await choose(anna, heat);
  await accept(ben);
  await moved(ben, 15);
  await anna.getByRole("button", { name: "Cancel heat-3.mp4" }).click();
  await expect(line(ben, "Anna cancelled it")).toBeVisible();
});

test("a connection cut in the middle is found again and the rest goes over it", async ({
  context,
}) => {
  const anna = await context.newPage();
  await keepConnections(anna);
  await sendSlowly(anna);
  await anna.goto("/?me=anna");
  const ben = await open(context, "ben");
  await choose(anna, heat);
  await accept(ben);
  for (const percent of [15, 40, 65]) {
    await moved(ben, percent);
    await cutConnection(anna);
  }
  await expect(line(ben, "Received and verified")).toBeVisible({ timeout: 40_000 });
  await expect(line(anna, "Received and verified by Ben")).toBeVisible();
  expect(await sha256(await saved(ben))).toBe(await sha256(heat));
});

test("a path that fails is replaced while the transfer goes on", async ({ context }) => {
  const anna = await context.newPage();
  await keepConnections(anna);
  await sendSlowly(anna);
  await anna.goto("/?me=anna");
  const ben = await open(context, "ben");
  await choose(anna, heat);
  await accept(ben);
  await moved(ben, 15);
  const path = () =>
    anna.evaluate(() => {
      const [connection] = (window as unknown as { made: RTCPeerConnection[] }).made;
      return /a=ice-ufrag:(\S+)/.exec(connection?.localDescription?.sdp ?? "")?.[1];
    });
  const before = await path();
  await anna.evaluate(() => {
    const [connection] = (window as unknown as { made: RTCPeerConnection[] }).made;
    if (!connection) throw new Error("no connection");
    Object.defineProperty(connection, "iceConnectionState", { get: () => "failed" });
    connection.dispatchEvent(new Event("iceconnectionstatechange"));
    Reflect.deleteProperty(connection, "iceConnectionState");
  });
  await expect(line(ben, "Received and verified")).toBeVisible({ timeout: 40_000 });
  expect(await path()).not.toBe(before);
  const made = await anna.evaluate(
    () => (window as unknown as { main: RTCPeerConnection[] }).main.length,
  );
  expect(made).toBe(1);
  expect(await sha256(await saved(ben))).toBe(await sha256(heat));
});

/**
 * Counts the bytes of video a page sends, over all its connections, and among them those of blocks that the
 * receiver had said it holds.
 */
async function countSent(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const sent = { bytes: 0, needlessly: 0 };
    Object.assign(window, { sent });
    let have: [number, number][] = [];
    const { addEventListener, send } = RTCDataChannel.prototype as {
      addEventListener: (this: RTCDataChannel, ...all: unknown[]) => void;
      send: (this: RTCDataChannel, data: unknown) => void;
    };
    RTCDataChannel.prototype.addEventListener = function (this: RTCDataChannel, ...all: unknown[]) {
      addEventListener.apply(this, all);
      if (all[0] !== "message" || this.label !== "control") return;
      addEventListener.call(this, "message", ({ data }: MessageEvent<string>) => {
        const told = JSON.parse(data) as { type: string; have: [number, number][] };
        if (told.type === "accept") have = told.have;
      });
    };
    RTCDataChannel.prototype.send = function (this: RTCDataChannel, data: unknown) {
      if (data instanceof Uint8Array) {
        const header = new DataView(data.buffer, data.byteOffset);
        const block = Math.floor(Number(header.getBigUint64(8)) / (4 * 1024 * 1024));
        sent.bytes += data.length - 24;
        if (have.some(([first, past]) => block >= first && block < past)) {
          sent.needlessly += data.length - 24;
        }
      }
      send.call(this, data);
    };
  });
}

function sentNeedlessly(page: Page): Promise<number> {
  return page.evaluate(
    () => (window as unknown as { sent: { needlessly: number } }).sent.needlessly,
  );
}

function bytesSent(page: Page): Promise<number> {
  return page.evaluate(() => (window as unknown as { sent: { bytes: number } }).sent.bytes);
}

/** Bytes that the receiver holds for good, as its page says. */
async function heldBy(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const open = indexedDB.open("spotlight-handover");
    await new Promise((resolve) => (open.onsuccess = resolve));
    const count = open.result.transaction("blocks").objectStore("blocks").count();
    await new Promise((resolve) => (count.onsuccess = resolve));
    open.result.close();
    return count.result * 4 * 1024 * 1024;
  });
}

test("a receiver whose page is killed goes on where it was when it is opened again", async ({
  context,
}) => {
  const anna = await context.newPage();
  await countSent(anna);
  await sendSlowly(anna);
  await anna.goto("/?me=anna");
  let ben = await open(context, "ben");
  await choose(anna, heat);
  await accept(ben);
  await moved(ben, 60);
  await ben.close();
  await expect(line(anna, "Interrupted; goes on by itself")).toBeVisible();
  const before = await bytesSent(anna);

  ben = await open(context, "ben");
  const held = await heldBy(ben);
  expect(held).toBeGreaterThan(0.5 * (await sizeOf(heat)));
  await expect(line(ben, "Received and verified")).toBeVisible({ timeout: 40_000 });
  expect((await bytesSent(anna)) - before).toBe((await sizeOf(heat)) - held);
  expect(await sentNeedlessly(anna)).toBe(0);
  await expect(line(anna, "Received and verified by Ben")).toBeVisible();
  expect(await sha256(await saved(ben))).toBe(await sha256(heat));

  await ben.reload();
  await expect(line(ben, "Received and verified")).toBeVisible();
  expect(await sha256(await saved(ben))).toBe(await sha256(heat));
  await ben.getByRole("button", { name: "Remove heat-3.mp4 from this browser" }).click();
  await ben.getByRole("button", { name: "Remove it" }).click();
  await expect(line(ben, "heat-3.mp4")).toHaveCount(0);
  await expect.poll(() => heldBy(ben)).toBe(0);
  await ben.reload();
  await expect(ben.getByRole("button", { name: "Choose a video" })).toBeVisible();
  await expect(line(ben, "heat-3.mp4")).toHaveCount(0);
});

test("a sender whose page was reloaded chooses the file once more, and it goes on", async ({
  context,
  folder,
}) => {
  const anna = await context.newPage();
  await countSent(anna);
  await sendSlowly(anna);
  await anna.goto("/?me=anna");
  anna.on("dialog", (dialog) => void dialog.accept());
  const ben = await open(context, "ben");
  await choose(anna, heat);
  await accept(ben);
  await moved(ben, 40);
  await anna.reload();
  await expect(line(anna, "Choose this file once more to go on")).toBeVisible();
  const held = await heldBy(ben);
  expect(held).toBeGreaterThan(0);

  const again = anna.getByLabel("heat-3.mp4, once more");
  await again.setInputFiles(await makeNoise(join(folder, "heat-9.mp4"), 24));
  await expect(anna.getByRole("alert")).toContainText("That is not the same file as heat-3.mp4");
  await again.setInputFiles(heat);
  await expect(line(ben, "Received and verified")).toBeVisible({ timeout: 40_000 });
  expect(await bytesSent(anna)).toBe((await sizeOf(heat)) - held);
  expect(await sha256(await saved(ben))).toBe(await sha256(heat));
});

test("either can pause, and go on", async ({ context }) => {
  const anna = await context.newPage();
  await sendSlowly(anna);
  await anna.goto("/?me=anna");
  const ben = await open(context, "ben");
  await choose(anna, heat);
  await accept(ben);
  for (const [here, there, name] of [
    [anna, ben, "Anna"],
    [ben, anna, "Ben"],
  ] as const) {
    await moved(ben, name === "Anna" ? 15 : 40);
    await here.getByRole("button", { name: "Pause heat-3.mp4" }).click();
    await expect(line(here, "Paused")).toBeVisible();
    await expect(line(there, `Paused by ${name}`)).toBeVisible();
    await here.getByRole("button", { name: "Go on with heat-3.mp4" }).click();
  }
  await expect(line(ben, "Received and verified")).toBeVisible({ timeout: 40_000 });
  expect(await sha256(await saved(ben))).toBe(await sha256(heat));
});

test("a video there is no room for cannot be accepted, and the page says why", async ({
  context,
}) => {
  const [anna, ben] = [await open(context, "anna"), await context.newPage()];
  await ben.addInitScript(() => {
    navigator.storage.estimate = () => Promise.resolve({ quota: 9_000_000, usage: 1_000_000 });
  });
  await ben.goto("/?me=ben");
  await choose(anna, heat);
  await expect(
    line(
      ben,
      "This video needs 25 MB, and this browser has room for 8 MB. Free some space and try again.",
    ),
  ).toBeVisible();
  await expect(ben.getByRole("button", { name: "Accept" })).toBeDisabled();
  await ben.getByRole("button", { name: "Decline" }).click();
  await expect(line(anna, "Ben declined it")).toBeVisible();
});

test("a browser without a disk for pages keeps the video in the page", async ({ context }) => {
  const [anna, ben] = [await open(context, "anna"), await context.newPage()];
  await ben.addInitScript(() => {
    navigator.storage.getDirectory = () => Promise.reject(new DOMException("no", "SecurityError"));
  });
  await ben.goto("/?me=ben");
  await choose(anna, heat);
  await expect(
    line(ben, "It is kept in this page until you save it: leave the page open."),
  ).toBeVisible();
  await accept(ben);
  await expect(line(ben, "Received and verified")).toBeVisible({ timeout: 40_000 });
  expect(await sha256(await saved(ben))).toBe(await sha256(heat));
});

test("256 MB through three cuts send no byte below what is held twice", async ({
  context,
  folder,
}) => {
  test.setTimeout(240_000);
  const file = await makeNoise(join(folder, "all-star.mp4"), 256);
  const size = await sizeOf(file);
  const anna = await context.newPage();
  await keepConnections(anna);
  await countSent(anna);
  await anna.goto("/?me=anna");
  const ben = await open(context, "ben");
  await choose(anna, file);
  await accept(ben);
  for (const percent of [20, 45, 70]) {
    await moved(ben, percent);
    await cutConnection(anna);
  }
  await expect(line(ben, "Received and verified")).toBeVisible({ timeout: 120_000 });
  expect(await sentNeedlessly(anna)).toBe(0);
  // What was under way at each cut, at most one window of it, had to be sent again.
  expect(await bytesSent(anna)).toBeLessThanOrEqual(size + 3 * 32 * 1024 * 1024);
  expect(await sha256(await saved(ben))).toBe(await sha256(file));
});

test("a slow network gets further lanes, and goes on over one when they fail", async ({
  context,
  folder,
}) => {
  const anna = await context.newPage();
  await keepConnections(anna);
  await countSent(anna);
  await sendSlowly(anna, 80);
  await anna.goto("/?me=anna");
  const ben = await open(context, "ben");
  const file = await makeNoise(join(folder, "quarters.mp4"), 64);
  const lanes = () =>
    anna.evaluate(
      () =>
        (window as unknown as { made: RTCPeerConnection[] }).made.filter(
          ({ connectionState }) => connectionState === "connected",
        ).length,
    );
  await choose(anna, file);
  await accept(ben);
  await expect.poll(lanes).toBe(8);
  await moved(ben, 40);
  await anna.evaluate(() => {
    (window as unknown as { made: RTCPeerConnection[] }).made[2]?.close();
  });
  await expect.poll(lanes).toBe(1);
  await expect(line(ben, "Received and verified")).toBeVisible({ timeout: 60_000 });
  await expect(line(anna, "Received and verified by Ben")).toBeVisible();
  expect(await sentNeedlessly(anna)).toBe(0);
  expect(await bytesSent(anna)).toBeLessThanOrEqual((await sizeOf(file)) + 32 * 1024 * 1024);
  expect(await sha256(await saved(ben))).toBe(await sha256(file));
});

test("closing the page asks first while something is under way", async ({ context }) => {
  const anna = await context.newPage();
  await sendSlowly(anna);
  await anna.goto("/?me=anna");
  const ben = await open(context, "ben");
  await choose(anna, heat);
  await accept(ben);
  await moved(ben, 15);
  const asked = ben.waitForEvent("dialog");
  await ben.getByRole("heading").click();
  await ben.close({ runBeforeUnload: true });
  const dialog = await asked;
  expect(dialog.type()).toBe("beforeunload");
  await dialog.dismiss();
  await expect(ben.getByRole("progressbar")).toBeVisible();
});

test("a byte flipped on the way is found, sent again and healed", async ({ context }) => {
  const anna = await context.newPage();
  await anna.addInitScript(() => {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the channel below
    const send = RTCDataChannel.prototype.send as (this: RTCDataChannel, data: unknown) => void;
    let frames = 0;
    RTCDataChannel.prototype.send = function (this: RTCDataChannel, data: unknown) {
      if (data instanceof Uint8Array && ++frames === 20) data[5000] = (data[5000] ?? 0) ^ 1;
      send.call(this, data);
    };
  });
  await anna.goto("/?me=anna");
  const ben = await open(context, "ben");
  await choose(anna, heat);
  await accept(ben);
  await expect(line(ben, "Received and verified")).toBeVisible({ timeout: 40_000 });
  expect(await sha256(await saved(ben))).toBe(await sha256(heat));
});

for (const [what, lie] of [
  ["garbage", "garbage"],
  ["frames of a wrong length", "length"],
  ["a flood of tiny frames", "tiny"],
] as const) {
  test(`a partner who sends ${what} is refused, and the page lives on`, async ({ context }) => {
    const anna = await context.newPage();
    await anna.addInitScript((how) => {
      // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the channel below
      const send = RTCDataChannel.prototype.send as (this: RTCDataChannel, data: unknown) => void;
      RTCDataChannel.prototype.send = function (this: RTCDataChannel, data: unknown) {
        if (!(data instanceof Uint8Array)) {
          send.call(this, data);
          return;
        }
        const frame = data.slice();
        if (how === "garbage") crypto.getRandomValues(frame.subarray(0, 999));
        if (how === "length") new DataView(frame.buffer).setUint32(16, 7);
        if (how === "tiny") new DataView(frame.buffer).setUint32(16, 1);
        for (let count = 0; how === "tiny" && count < 5000; count++) {
          if (this.readyState === "open") send.call(this, frame.subarray(0, 25));
        }
        send.call(this, frame);
      };
    }, lie);
    await anna.goto("/?me=anna");
    const ben = await open(context, "ben");
    await choose(anna, heat);
    await accept(ben);
    const refusal =
      "The two browsers did not understand each other. Reload both pages and send it again.";
    await expect(line(ben, refusal)).toBeVisible();
    await expect(ben.getByRole("link", { name: "Save" })).toHaveCount(0);
    await choose(ben, heat);
    await accept(anna);
    await expect(line(anna, "Received and verified")).toBeVisible();
  });
}

test("a partner whose file is named like a path shows nothing, and the page lives on", async ({
  context,
}) => {
  const anna = await context.newPage();
  await anna.addInitScript(() => {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the channel below
    const send = RTCDataChannel.prototype.send as (this: RTCDataChannel, data: unknown) => void;
    RTCDataChannel.prototype.send = function (this: RTCDataChannel, data: unknown) {
      const evil = typeof data === "string" && data.includes('"offer"');
      send.call(this, evil ? data.replace("heat-3.mp4", "../../evil.mp4") : data);
    };
  });
  await anna.goto("/?me=anna");
  const ben = await open(context, "ben");
  const broken = ben.waitForEvent("console", {
    predicate: (message) => message.text().includes("broke the transfer protocol"),
  });
  await choose(anna, heat);
  await broken;
  await expect(ben.getByRole("listitem")).toHaveCount(0);
  await expect(ben.getByRole("button", { name: "Choose a video" })).toBeEnabled();
});

test("without any way through there is a reason and another way", async ({ context }) => {
  // Relay only, and there is no relay: no candidate is ever found, as between two strict networks.
  await context.addInitScript(() => {
    const Original = RTCPeerConnection;
    window.RTCPeerConnection = class extends Original {
      constructor(configuration?: RTCConfiguration) {
        super({ ...configuration, iceTransportPolicy: "relay" });
      }
    };
  });
  const [anna] = [await open(context, "anna"), await open(context, "ben")];
  await choose(anna, heat);
  const form = anna.getByRole("form", { name: "Share a link instead" });
  await expect(form).toBeVisible({ timeout: 45_000 });
  await expect(form).toContainText("Your two networks let nothing through");

  const link = form.getByLabel(/Link to the video/);
  await link.fill("javascript:alert(1)");
  await form.getByRole("button", { name: "Share link" }).click();
  await expect(form.getByRole("status")).toHaveText("That is not a link. It begins with https://");
  await link.fill("https://drive.example/heat-3");
  await form.getByRole("button", { name: "Share link" }).click();
  await expect(form.getByRole("status")).toHaveText("The link is in your chat.");
  expect(await anna.evaluate(() => document.body.dataset.sharedLink)).toBe(
    "https://drive.example/heat-3",
  );
});

test("one tab hands over; a second one says so and takes over when the first closes", async ({
  context,
}) => {
  const [first, anna] = [await open(context, "ben"), await open(context, "anna")];
  const second = await context.newPage();
  await second.goto("/?me=ben");
  await expect(second.getByText("Handing over goes on in another tab")).toBeVisible();
  await first.close();
  await choose(anna, heat);
  await accept(second);
  await expect(line(second, "Received and verified")).toBeVisible({ timeout: 30_000 });
});

test("each state can be used without seeing it", async ({ context }) => {
  const [anna, ben] = [await context.newPage(), await open(context, "ben")];
  await sendSlowly(anna);
  await anna.goto("/?me=anna");
  const both = async () => {
    await expectAccessible(anna);
    await expectAccessible(ben);
  };
  const focused = (page: Page, name: string) =>
    expect(page.getByRole("button", { name })).toBeFocused();

  await expectAccessible(anna);
  await choose(anna, heat);
  await expect(line(ben, "heat-3.mp4")).toBeVisible();
  await both();
  await ben.getByRole("button", { name: "Accept heat-3.mp4" }).press("Enter");
  await focused(ben, "Pause heat-3.mp4");
  await both();
  await ben.keyboard.press("Enter");
  await focused(ben, "Go on with heat-3.mp4");
  await expect(line(anna, "Paused by Ben")).toBeVisible();
  await both();
  await ben.keyboard.press("Enter");
  await focused(ben, "Pause heat-3.mp4");
  await expect(line(ben, "Received and verified")).toBeVisible({ timeout: 60_000 });
  await both();

  await choose(anna, heat);
  await ben.getByRole("button", { name: "Decline heat-3.mp4" }).press("Enter");
  await focused(ben, "Dismiss heat-3.mp4");
  await expect(line(anna, "Ben declined it")).toBeVisible();
  await both();
});
