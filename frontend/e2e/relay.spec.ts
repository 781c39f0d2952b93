/** Handing over through a real relay, for two whose networks let nothing else through. */
import { type BrowserContext, expect } from "@playwright/test";
import { join } from "node:path";
import type { Match } from "../src/lib/api/types";
import { expectAccessible } from "./accessible";
import { Coturn, credentials, relay } from "./coturn";
import { type Dancer, twoWhoMatched } from "./dancer";
import { makeNoise, sha256, test } from "./files";

interface IceServers {
  iceServers: { urls: string[]; username?: string; credential?: string }[];
  ttlSeconds: number;
}

const ICE_SERVERS = "**/api/webrtc/ice-servers";

test.skip(!relay, "the server was started without TURN_SERVER: set TURN_PORT and TURN_SECRET too");
test.describe.configure({ timeout: 180_000 });

let coturn: Coturn | undefined;
let film: string;

test.beforeAll(async ({ folder }) => {
  film = await makeNoise(join(folder, "heat-5.mp4"), 12);
  if (relay) coturn = await Coturn.start(relay);
});
test.afterAll(async () => {
  await coturn?.stop();
});

/** No way but through a relay, as between two strict networks. */
async function relayOnly(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const Original = RTCPeerConnection;
    window.RTCPeerConnection = class extends Original {
      constructor(configuration?: RTCConfiguration) {
        super({ ...configuration, iceTransportPolicy: "relay" });
      }
    };
  });
}

/** Changes what the server answers, as `change` says. */
async function answered(
  { context }: Dancer,
  change: (answer: IceServers) => IceServers,
): Promise<void> {
  await context.route(ICE_SERVERS, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: change((await response.json()) as IceServers) });
  });
}

/** Only the relay's addresses of one protocol. */
function over(protocol: "udp" | "tcp") {
  return ({ iceServers, ttlSeconds }: IceServers): IceServers => ({
    iceServers: iceServers
      .map(({ urls, ...rest }) => ({
        urls: urls.filter((url) => url.startsWith("turn:") && url.endsWith(`=${protocol}`)),
        ...rest,
      }))
      .filter(({ urls }) => urls.length > 0),
    ttlSeconds,
  });
}

async function handsOver(anna: Dancer, ben: Dancer): Promise<void> {
  await ben.handover().getByRole("button", { name: "Accept" }).click({ timeout: 60_000 });
  await expect(ben.handover().getByText("Received and verified", { exact: true })).toBeVisible({
    timeout: 90_000,
  });
  for (const { page } of [anna, ben]) {
    await expect(page.getByText("Through a relay", { exact: true })).toBeVisible();
  }
  expect(await sha256(await ben.saves())).toBe(await sha256(film));
}

/** Every line on the connection that the page shows from now on: on loopback some are there for moments. */
async function rememberLines({ page }: Dancer): Promise<() => Promise<string[]>> {
  const lines = await page.evaluateHandle(() => {
    const seen: string[] = [];
    new MutationObserver(() => {
      for (const { textContent } of document.querySelectorAll("[role=status]")) {
        if (textContent && seen.at(-1) !== textContent) seen.push(textContent);
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
    return seen;
  });
  return () => lines.jsonValue();
}

async function reportedPaths(dancer: Dancer): Promise<unknown[]> {
  const { transfers } = await dancer.fetch<Match>(`/api/matches/${dancer.matchId}`);
  return transfers.map(({ outcome, path }) => ({ outcome, path }));
}

for (const protocol of ["udp", "tcp"] as const) {
  test(`a video goes through a relay over ${protocol.toUpperCase()}`, async ({ browser }) => {
    const [anna, ben] = await twoWhoMatched(browser);
    for (const dancer of [anna, ben]) {
      await relayOnly(dancer.context);
      await answered(dancer, over(protocol));
      await dancer.page.reload();
    }
    await anna.handsOver(film);
    await handsOver(anna, ben);
    await expect
      .poll(() => reportedPaths(anna))
      .toEqual([
        { outcome: "completed", path: "relay" },
        { outcome: "completed", path: "relay" },
      ]);
    await anna.leaves();
    await ben.leaves();
  });
}

test("before much goes through a relay, the sender is asked", async ({ browser, folder }) => {
  const long = await makeNoise(join(folder, "whole-evening.mp4"), 240);
  const [anna, ben] = await twoWhoMatched(browser);
  for (const dancer of [anna, ben]) {
    await relayOnly(dancer.context);
    await dancer.page.reload();
  }
  await anna.handsOver(long);
  await ben.handover().getByRole("button", { name: "Accept" }).click({ timeout: 60_000 });
  await expect(
    anna.handover().getByText(/^Your phones .+ MB that are left would go over the internet/),
  ).toBeVisible();
  await expectAccessible(anna.page);
  await expect(ben.handover().getByText(`Paused by ${anna.name}`, { exact: true })).toBeVisible();
  await anna.handover().getByRole("button", { name: "Send it anyway" }).click();
  const ring = ben.handover().getByRole("progressbar");
  const percent = async () => Number(await ring.getAttribute("aria-valuenow"));
  const before = await percent();
  await expect.poll(percent, { timeout: 60_000 }).toBeGreaterThan(before + 5);
  await anna.handover().getByRole("button", { name: "Cancel whole-evening.mp4" }).click();
  await expect(
    ben.handover().getByText(`${anna.name} cancelled it`, { exact: true }),
  ).toBeVisible();
  await anna.leaves();
  await ben.leaves();
});

test("credentials that have run out are told of, and replaced by new ones", async ({ browser }) => {
  const [anna, ben] = await twoWhoMatched(browser);
  const asked = { anna: 0, ben: 0 };
  for (const [who, dancer] of [
    ["anna", anna],
    ["ben", ben],
  ] as const) {
    await relayOnly(dancer.context);
    await answered(dancer, (answer) => {
      asked[who] += 1;
      // What a page holds after a night in a pocket. The server has good ones for whoever asks again.
      if (asked[who] > 1 || !relay) return answer;
      const expired = credentials(relay, new Date(Date.now() - 60_000));
      const iceServers = answer.iceServers.map((it) => (it.username ? { ...it, ...expired } : it));
      return { ...answer, iceServers };
    });
    await dancer.page.reload();
  }
  const said = await Promise.all([anna, ben].map(rememberLines));
  await anna.handsOver(film);
  await handsOver(anna, ben);
  for (const lines of said) {
    expect(await lines()).toContain("The relay refused us; fetching new credentials");
  }
  expect(asked).toEqual({ anna: 2, ben: 2 });
  await anna.leaves();
  await ben.leaves();
});
