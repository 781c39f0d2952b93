/** What spotlight.cam is for, from the door to the history, by two people who have never been here. */
import { expect } from "@playwright/test";
import { join } from "node:path";
import type { Match } from "../src/lib/api/types";
import { Dancer } from "./dancer";
import { makeFilm, sha256, sizeOf, test } from "./files";

const MEGABYTES = 20;
const COMMENT = "Steady hands, and the whole of the last swingout";

test("two dancers meet, talk, hand over a film and rate each other", async ({
  browser,
  folder,
}) => {
  test.setTimeout(180_000);
  const film = await makeFilm(join(folder, "jack-and-jill.mp4"), MEGABYTES);
  expect(await sizeOf(film)).toBeGreaterThanOrEqual(MEGABYTES * 1_000_000);
  const anna = await Dancer.arrives(browser, "anna");
  const ben = await Dancer.arrives(browser, "ben");
  let matchId = "";

  await test.step("register and see the events", async () => {
    await anna.registers();
    await ben.registers();
    await expect(anna.page.getByRole("region", { name: "On now" })).toBeVisible();
    expect(await anna.page.getByRole("listitem").getByRole("link").count()).toBeGreaterThan(1);
  });

  await test.step("join one and talk in its room", async () => {
    await anna.joinsWhatIsOn();
    await ben.joinsWhatIsOn();
    const greeting = `I dance in heat 3 (${anna.name})`;
    await anna.says(greeting);
    await expect(ben.message(greeting)).toBeVisible();
    const answer = `I could film you (${ben.name})`;
    await ben.says(answer);
    await expect(anna.message(answer)).toBeVisible();
  });

  await test.step("ask who is here, and accept", async () => {
    await ben.asks(anna);
    await anna.accepts(ben);
    matchId = anna.matchId;
    await ben.page.getByRole("button", { name: /here now/ }).click();
    await ben.page
      .getByRole("dialog")
      .getByRole("listitem")
      .filter({ hasText: anna.name })
      .getByRole("link", { name: "Open match" })
      .click();
    await expect(ben.page).toHaveURL(`/matches/${matchId}`);
  });

  await test.step("talk in private, both ways", async () => {
    await anna.says("I stand left of the judges");
    await expect(ben.message("I stand left of the judges")).toBeVisible();
    await ben.says("Good, I dance towards you");
    await expect(anna.message("Good, I dance towards you")).toBeVisible();
  });

  await test.step("hand the film over from browser to browser", async () => {
    await anna.handsOver(film);
    const offered = ben.handover();
    await expect(offered.getByText("jack-and-jill.mp4", { exact: true })).toBeVisible();
    await expect(offered.getByText(/MB · 0:06/)).toBeVisible();
    await offered.getByRole("button", { name: "Accept" }).click();
    await expect(anna.handover().getByRole("progressbar")).toBeVisible();
    await expect(offered.getByRole("progressbar")).toBeVisible();
    await expect(offered.getByText("Received and verified", { exact: true })).toBeVisible({
      timeout: 60_000,
    });
    await expect(
      anna.handover().getByText(`Received and verified by ${ben.name}`, { exact: true }),
    ).toBeVisible();
    await expect(offered.getByText("Direct")).toBeVisible();
  });

  await test.step("it is the same film, and it plays", async () => {
    expect(await sha256(await ben.saves())).toBe(await sha256(film));
    const video = ben.handover().locator("video");
    await video.evaluate((player: HTMLVideoElement) => {
      player.muted = true;
      return player.play();
    });
    await expect
      .poll(() => video.evaluate((player: HTMLVideoElement) => player.currentTime))
      .toBeGreaterThan(0.5);
    expect(await video.evaluate((player: HTMLVideoElement) => player.videoWidth)).toBe(960);
  });

  await test.step("both sides have reported it", async () => {
    const reports = async () => {
      const { transfers } = await anna.fetch<Match>(`/api/matches/${matchId}`);
      return transfers.map(({ direction, outcome, bytes, path }) => ({
        direction,
        outcome,
        bytes,
        path,
      }));
    };
    const report = {
      outcome: "completed",
      bytes: await sizeOf(film),
      // Directly; whether a check or a candidate came first decides between the two.
      path: expect.stringMatching(/^(host|prflx)$/) as unknown as string,
    };
    await expect.poll(async () => (await reports()).length).toBe(2);
    expect(await reports()).toEqual(
      expect.arrayContaining([
        { direction: "sent", ...report },
        { direction: "received", ...report },
      ]),
    );
  });

  await test.step("mark it completed, and rate: neither sees the other's before both have", async () => {
    await anna.page.getByRole("button", { name: "All handed over" }).click();
    // The other's video is still owed, so one is asked.
    await anna.page.getByRole("button", { name: "Complete all the same" }).click();
    await anna.page.getByRole("link", { name: `Rate ${ben.name}` }).click();
    await anna.page.getByRole("button", { name: `Rate ${ben.name}` }).click();
    await expect(anna.page.getByText("Choose one of the five first.")).toBeFocused();
    await anna.page.getByText("Great", { exact: true }).click();
    await anna.page.getByLabel(/In a sentence/).fill(COMMENT);
    await anna.page.getByRole("button", { name: `Rate ${ben.name}` }).click();
    await expect(anna.page).toHaveURL(`/matches/${matchId}`);
    await expect(anna.page.getByText(`once ${ben.name} has rated`)).toBeVisible();

    const seenByBen = await ben.fetch<Match>(`/api/matches/${matchId}`);
    expect(seenByBen.rating).toMatchObject({ mine: null, partners: null, revealed: false });
    expect(JSON.stringify(seenByBen)).not.toContain(COMMENT);

    await ben.page.getByRole("link", { name: `Rate ${anna.name}` }).click();
    await ben.page.getByText("Good", { exact: true }).click();
    await ben.page.getByRole("button", { name: `Rate ${anna.name}` }).click();
    await ben.page.getByRole("link", { name: "See both ratings" }).click();
    const annas = ben.page.getByRole("region", { name: `${anna.name} about you` });
    await expect(annas).toContainText(COMMENT);

    await anna.page.getByRole("link", { name: "See both ratings" }).click();
    await expect(anna.page.getByRole("region", { name: `${ben.name} about you` })).toBeVisible();
  });

  await test.step("the history has it", async () => {
    for (const [me, partner] of [
      [anna, ben],
      [ben, anna],
    ] as const) {
      await me.page.goto("/history");
      const evening = me.page.getByRole("region", { name: "Evenings" });
      await expect(evening.getByRole("link", { name: partner.name })).toContainText("You got");
    }
    const { items } = await anna.fetch<{ items: { type: string }[] }>(
      `/api/matches/${matchId}/history`,
    );
    const types = items.map(({ type }) => type);
    expect(types.slice(0, 2)).toEqual(["Requested", "Accepted"]);
    expect(types).toEqual(
      expect.arrayContaining(["TransferReported", "Completed", "PartnerRated"]),
    );
  });

  await anna.leaves();
  await ben.leaves();
});
