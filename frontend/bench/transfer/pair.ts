import type { Page } from "@playwright/test";
import type { Browser } from "./browser";
import type {} from "./page/driven-signalling";
import type { Peer } from "./page/plain-connection";
import type { Signal } from "../../src/lib/signalling";

const LONGEST_MS = 20 * 60_000;

/** Two fresh pages, between which a file goes our way or a peer's. */
export class Pair {
  readonly sender: Page;
  readonly receiver: Page;

  private constructor(sender: Page, receiver: Page) {
    this.sender = sender;
    this.receiver = receiver;
  }

  /** `prepare` sees both pages before anything runs in them. */
  static async open(
    from: Browser,
    to: Browser,
    prepare: (sender: Page, receiver: Page) => Promise<void> = () => Promise.resolve(),
  ): Promise<Pair> {
    const sender = await from.context.newPage();
    const receiver = await to.context.newPage();
    for (const page of [sender, receiver]) {
      page.setDefaultTimeout(LONGEST_MS);
      page.on("pageerror", (error) => process.stderr.write(`page: ${error.message}\n`));
    }
    await carrySignals(sender, receiver);
    await carrySignals(receiver, sender);
    await prepare(sender, receiver);
    await forget(sender, from.page);
    await forget(receiver, to.page);
    await sender.goto(`${from.page}/?me=anna`);
    await receiver.goto(`${to.page}/?me=ben`);
    return new Pair(sender, receiver);
  }

  /** Seconds from the click on “Accept” to “Received and verified”. */
  async handOver(file: string): Promise<number> {
    await this.sender.getByLabel("Video to hand over").setInputFiles(file);
    await this.receiver.getByRole("button", { name: "Accept" }).waitFor();
    return this.receiver.evaluate(async () => {
      const says = (words: string, elements: string) =>
        [...document.querySelectorAll<HTMLElement>(elements)].find(
          ({ textContent }) => textContent === words,
        );
      const since = performance.now();
      says("Accept", "button")?.click();
      await new Promise<void>((resolve, reject) => {
        new MutationObserver(() => {
          if (says("Received and verified", "p")) resolve();
          const failure = document.querySelector("li .text-danger")?.textContent;
          if (failure) reject(new Error(failure));
        }).observe(document.body, { subtree: true, childList: true, characterData: true });
      });
      return (performance.now() - since) / 1000;
    });
  }

  /** Seconds it takes the peer, from asking for the file until it is there. */
  async sendLike(peer: Peer, file: string): Promise<number> {
    const input = await this.sender.evaluateHandle(() =>
      Object.assign(document.createElement("input"), { type: "file" }),
    );
    await input.setInputFiles(file);
    const size = await input.evaluate(({ files }) => files?.[0]?.size ?? 0);
    const from = await this.sender.evaluateHandle(() => window.plainConnection());
    const to = await this.receiver.evaluateHandle(() => window.plainConnection());
    const offer = await from.evaluate((it) => it.offer());
    const answer = await to.evaluate((it, offer) => it.answer(offer), offer);
    await from.evaluate((it, answer) => it.take(answer), answer);

    const sent = from.evaluate(
      async (it, [how, { files }]) => {
        const [file] = files ?? [];
        if (!file) throw new Error("no file was chosen");
        await it.send(how, file);
      },
      [peer, input] as const,
    );
    const received = to.evaluate((it, [how, size]) => it.receive(how, size), [peer, size] as const);
    const [, seconds] = await Promise.all([sent, received]);
    return seconds;
  }

  /** Where what was received lies once it is saved. */
  async save(): Promise<string> {
    const download = this.receiver.waitForEvent("download");
    await this.receiver.getByRole("link", { name: "Save" }).last().click();
    return (await download).path();
  }

  async close(): Promise<void> {
    for (const page of [this.sender, this.receiver]) {
      // One who has not saved is asked whether to leave; nobody is there to answer.
      await page.close({ runBeforeUnload: false });
    }
  }
}

/** A page finds what arrived in an earlier turn, and would show it as this one's. */
async function forget(page: Page, origin: string): Promise<void> {
  const browser = await page.context().newCDPSession(page);
  await browser.send("Storage.clearDataForOrigin", { origin, storageTypes: "all" });
  await browser.detach();
}

async function carrySignals(from: Page, to: Page): Promise<void> {
  await from.exposeFunction("carrySignal", async (signal: Signal) => {
    const reached = await to
      .evaluate((it) => "hearSignal" in window && (window.hearSignal(it), true), signal)
      .catch(() => false);
    return reached ? 1 : 0;
  });
}
