/** What people write is shown as they wrote it, on every page that shows it, and runs nowhere. */
import { expect, type Page, test } from "@playwright/test";
import { Dancer } from "./dancer";

const LIVE = `<img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}} '; DROP TABLE events; --`;
const said = (where: string) => `${where} ${LIVE}`;

/** Whatever a page does that text would not make it do. */
async function watch(dancer: Dancer): Promise<string[]> {
  const upset: string[] = [];
  await dancer.context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`the policy forbids ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  const listen = (page: Page) => {
    page.on("dialog", (dialog) => {
      upset.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("pageerror", (error) => upset.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") upset.push(message.text());
    });
  };
  listen(dancer.page);
  dancer.context.on("page", listen);
  return upset;
}

test("what people write is text on every page", async ({ browser }) => {
  const ada = await Dancer.ofTheDemo(browser, "ada");
  const anna = await Dancer.signedIn(browser, "anna");
  const ben = await Dancer.signedIn(browser, "ben");
  const watched = await Promise.all([ada, anna, ben].map(watch));
  const name = said(`Night ${Date.now().toString(36)}`);
  const shows = async (dancer: Dancer, path: string, ...texts: string[]) => {
    await dancer.page.goto(path);
    for (const text of texts)
      await expect(dancer.page.getByText(text).first(), `${path} shows ${text}`).toBeVisible();
  };

  const { id, slug } = await ada.post<{ id: string; slug: string }>("/api/events", {
    name,
    location: said("Hall"),
    description: said("Come"),
    startDate: "2099-05-01",
    endDate: "2099-05-02",
  });
  for (const dancer of [anna, ben]) await dancer.post(`/api/events/${id}/join`, {});
  await anna.patch("/api/users/me", { bio: said("I dance") });

  await test.step("an event and its room", async () => {
    await shows(ben, "/events", name);
    await shows(anna, `/events/${slug}`, name);
    await anna.says(said("Hello all"));
    await expect(anna.message(said("Hello all"))).toBeVisible();
    await shows(ben, `/events/${slug}`, name, said("Hello all"));
  });

  const match = await anna.post<{ id: string }>("/api/matches", {
    eventId: id,
    targetUserId: (await ben.fetch<{ id: string }>("/api/users/me")).id,
  });
  await ben.patch(`/api/matches/${match.id}`, { status: "accepted" });
  await test.step("a match and its chat", async () => {
    await shows(ben, "/matches", name);
    await shows(ben, `/matches/${match.id}`);
    await ben.says(said("Just us"));
    await expect(ben.message(said("Just us"))).toBeVisible();
    await shows(anna, `/matches/${match.id}`, said("Just us"));
  });

  await test.step("a person and what partners say of them", async () => {
    await anna.patch(`/api/matches/${match.id}`, { status: "completed" });
    const rating = { matchId: match.id, score: 5, wouldCollaborateAgain: true };
    await ben.post("/api/ratings", { ...rating, comment: said("Steady hands") });
    await anna.post("/api/ratings", rating);
    await shows(ben, `/people/${anna.name}`, said("I dance"), said("Steady hands"));
    await shows(anna, "/profile", said("I dance"));
    await shows(anna, "/history", name);
  });

  await test.step("a report, and what came of it", async () => {
    const annas = await anna.fetch<{ id: string }>("/api/users/me");
    const report = await ben.post<{ id: string }>("/api/reports", {
      reportedUserId: annas.id,
      reason: "spam",
      details: said("They wrote"),
      matchId: match.id,
    });
    await shows(ada, `/moderation/${report.id}`, said("They wrote"));
    await ada.post(`/api/users/${annas.id}/warnings`, { warning: said("Please do not") });
    await shows(anna, "/events", said("Please do not"));
  });

  expect(watched.flat()).toEqual([]);
});
