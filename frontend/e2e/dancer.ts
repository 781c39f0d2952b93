/** Somebody with a browser of their own, doing what people do on the page. */
import {
  type Browser,
  type BrowserContext,
  expect,
  type Locator,
  type Page,
} from "@playwright/test";

import type { Match } from "../src/lib/api/types";
import { server } from "./server";

const PASSWORD = "keep it on two feet";
/** Of everybody the demo comes with. */
const DEMO_PASSWORD = "west-coast-swing";

export class Dancer {
  readonly name: string;
  readonly context: BrowserContext;
  page: Page;

  private constructor(name: string, context: BrowserContext, page: Page) {
    this.name = name;
    this.context = context;
    this.page = page;
  }

  /** At the door, without an account. */
  static async arrives(browser: Browser, as: string): Promise<Dancer> {
    const context = await browser.newContext();
    const page = await context.newPage();
    const suffix = Date.now().toString(36) + Math.floor(Math.random() * 1296).toString(36);
    return new Dancer(`${as}-${suffix}`, context, page);
  }

  /** With a fresh account, made behind the scenes. */
  static async signedIn(browser: Browser, as: string): Promise<Dancer> {
    const dancer = await Dancer.arrives(browser, as);
    await dancer.post("/api/auth/register", dancer.credentials);
    return dancer;
  }

  /** Somebody the demo comes with, who has a past. */
  static async ofTheDemo(browser: Browser, name: string): Promise<Dancer> {
    const context = await browser.newContext();
    const dancer = new Dancer(name, context, await context.newPage());
    await dancer.post("/api/auth/login", { email: dancer.email, password: DEMO_PASSWORD });
    return dancer;
  }

  get email(): string {
    return `${this.name}@example.com`;
  }

  get credentials() {
    return { username: this.name, email: this.email, password: PASSWORD };
  }

  async registers(): Promise<void> {
    await this.page.goto("/register");
    await this.page.getByLabel("Username").fill(this.name);
    await this.page.getByLabel("Email").fill(this.email);
    await this.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await this.page.getByRole("button", { name: "Create account" }).click();
    await expect(this.page).toHaveURL(/\/events$/);
  }

  /** Joins what is on now, as somebody who walks into the ballroom. */
  async joinsWhatIsOn(): Promise<void> {
    await this.page.goto("/events");
    await this.page
      .getByRole("region", { name: "On now" })
      .getByRole("button", { name: "Join" })
      .click();
    await expect(this.page).toHaveURL(/\/events\/.+/);
    await expect(this.page.getByText("here now")).toBeVisible();
  }

  async asks(partner: Dancer): Promise<void> {
    await this.page.getByRole("button", { name: /here now/ }).click();
    const people = this.page.getByRole("dialog");
    const present = people.getByRole("region", { name: "Here now" });
    await expect(present.getByText(partner.name)).toBeVisible();
    await people.getByRole("button", { name: `Ask ${partner.name} to film each other` }).click();
    await expect(people.getByRole("link", { name: /Asked|Open match/ })).toBeVisible();
    await people.getByRole("button", { name: "Close" }).click();
  }

  async accepts(partner: Dancer): Promise<void> {
    const request = this.page.getByRole("region", { name: `Request from ${partner.name}` });
    await request.getByRole("button", { name: "Accept" }).click();
    await expect(this.page).toHaveURL(/\/matches\/[^/]+$/);
    await expect(this.page.getByRole("heading", { name: partner.name, exact: true })).toBeVisible();
  }

  async says(words: string): Promise<void> {
    await this.page.getByRole("textbox", { name: /^(Say something|Write to)/ }).fill(words);
    await this.page.getByRole("button", { name: "Send" }).click();
  }

  /** The bubble with exactly these words, among what the server has. */
  message(words: string): Locator {
    return this.page.getByRole("region", { name: "Messages" }).getByText(words, { exact: true });
  }

  /** Words that await their sending. */
  unsent(words: string): Locator {
    return this.page.getByRole("list", { name: "Not sent yet" }).getByText(words, { exact: true });
  }

  async handsOver(file: string): Promise<void> {
    await this.page.getByLabel("Video to hand over").setInputFiles(file);
  }

  handover(): Locator {
    return this.page.getByRole("region", { name: "Hand over a video" });
  }

  async saves(): Promise<string> {
    const download = this.page.waitForEvent("download");
    await this.handover().getByRole("link", { name: "Save" }).click();
    return (await download).path();
  }

  get matchId(): string {
    const id = /\/matches\/([^/]+)/.exec(this.page.url())?.[1];
    if (!id) throw new Error(`${this.page.url()} is no match`);
    return id;
  }

  /** The match of theirs that was completed last. */
  async completedMatch(): Promise<string> {
    const { items } = await this.fetch<{ items: Match[] }>("/api/matches?status=completed");
    const [latest] = items;
    if (!latest) throw new Error(`${this.name} has completed no match`);
    return latest.id;
  }

  /** Asks the API as this person. */
  async fetch<T>(path: string): Promise<T> {
    const response = await this.context.request.get(path);
    expect(response.ok(), `GET ${path}: ${response.status()}`).toBe(true);
    return (await response.json()) as T;
  }

  post<T>(path: string, data: object): Promise<T> {
    return this.send("POST", path, data);
  }

  patch<T>(path: string, data: object): Promise<T> {
    return this.send("PATCH", path, data);
  }

  private async send<T>(method: string, path: string, data: object): Promise<T> {
    // As a browser would: a cookie alone does not open the door for a write.
    const headers = { Origin: server };
    const response = await this.context.request.fetch(path, { method, data, headers });
    const body = await response.text();
    expect(response.ok(), `${method} ${path}: ${response.status()} ${body}`).toBe(true);
    return (body ? JSON.parse(body) : undefined) as T;
  }

  async leaves(): Promise<void> {
    await this.context.close();
  }
}

/** Two who have agreed to film each other at what is on now, both on the page of their match. */
export async function twoWhoMatched(browser: Browser): Promise<[Dancer, Dancer]> {
  const pair: [Dancer, Dancer] = [
    await Dancer.signedIn(browser, "anna"),
    await Dancer.signedIn(browser, "ben"),
  ];
  const [anna, ben] = pair;
  await anna.joinsWhatIsOn();
  await ben.joinsWhatIsOn();
  await ben.asks(anna);
  await anna.accepts(ben);
  await ben.page.goto(`/matches/${anna.matchId}`);
  await expect(ben.page.getByRole("heading", { name: anna.name, exact: true })).toBeVisible();
  return pair;
}
