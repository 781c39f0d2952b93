/**
 * Lighthouse's scores of the built app as the real server serves it, as on a phone: its own
 * slowed-down processor and network. Medians of BENCH_TURNS turns of each page.
 */
import { createServer } from "node:net";
import { type Browser, chromium } from "@playwright/test";
import lighthouse from "lighthouse";
import { median, progress, type Row } from "../rows";

const SERVER = new URL(process.env.SPOTLIGHT_URL ?? "http://localhost:8080").origin;
const PROGRAM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const TURNS = Number(process.env.BENCH_TURNS ?? 3);

/** Made by `spotlight demo`. */
const LOGIN = { email: "anna@example.com", password: "west-coast-swing" };

const TARGETS = { performance: 0.9, accessibility: 1, "best-practices": 0.95 };
type Category = keyof typeof TARGETS;

const CATEGORIES = Object.keys(TARGETS) as Category[];

interface Look {
  scores: Record<Category, number>;
  /** Seconds until the largest thing on the page is painted. */
  largestPaint: number;
  /** Milliseconds in which the page could not react. */
  blocked: number;
}

export async function bench(): Promise<Row[]> {
  const cookie = await signIn();
  const pages: [name: string, path: string, cookie?: string][] = [
    ["signing in", "/login"],
    ["events", "/events", cookie],
    ["an event's chat", await firstEvent(cookie), cookie],
    ["history", "/history", cookie],
  ];
  const port = await freePort();
  const browser = await chromium.launch({
    executablePath: PROGRAM,
    args: [
      `--remote-debugging-port=${port}`,
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  try {
    return await look(browser, port, pages);
  } finally {
    await browser.close();
  }
}

async function look(
  browser: Browser,
  port: number,
  pages: readonly (readonly [name: string, path: string, cookie?: string])[],
): Promise<Row[]> {
  progress(`Chromium ${browser.version()}`);
  const looks = new Map<string, Look[]>(pages.map(([name]) => [name, []]));
  for (let turn = 1; turn <= TURNS; turn++) {
    for (const [name, path, cookie] of pages) {
      const seen = await lookAt(SERVER + path, port, cookie);
      progress(`${name}, turn ${turn}: ${JSON.stringify(seen)}`);
      looks.get(name)?.push(seen);
    }
  }
  return [...looks].flatMap(([name, seen]) => rows(name, seen));
}

function rows(name: string, seen: readonly Look[]): Row[] {
  const scores = CATEGORIES.map((category) => {
    const value = median(seen.map((one) => one.scores[category]));
    const target = TARGETS[category];
    return { name: `${name}: ${category}`, value, unit: "of 1", target, met: value >= target };
  });
  return [
    ...scores,
    {
      name: `${name}: largest contentful paint`,
      value: median(seen.map((one) => one.largestPaint)),
      unit: "s",
    },
    {
      name: `${name}: total blocking time`,
      value: median(seen.map((one) => one.blocked)),
      unit: "ms",
    },
  ];
}

async function lookAt(url: string, port: number, cookie?: string): Promise<Look> {
  const result = await lighthouse(url, {
    port,
    logLevel: "error",
    onlyCategories: CATEGORIES,
    ...(cookie ? { extraHeaders: { Cookie: cookie } } : {}),
  });
  const report = result?.lhr;
  if (!report || report.runtimeError) {
    throw new Error(report?.runtimeError?.message ?? `Lighthouse says nothing of ${url}`);
  }
  for (const category of CATEGORIES) {
    for (const { id } of report.categories[category]?.auditRefs ?? []) {
      const audit = report.audits[id];
      if (audit?.score !== null && (audit?.score ?? 1) < 0.9) {
        progress(`  ${category}: ${audit?.title ?? id} ${audit?.displayValue ?? ""}`);
      }
    }
  }
  const score = (category: Category) => report.categories[category]?.score ?? 0;
  return {
    scores: {
      performance: score("performance"),
      accessibility: score("accessibility"),
      "best-practices": score("best-practices"),
    },
    largestPaint: (report.audits["largest-contentful-paint"]?.numericValue ?? NaN) / 1000,
    blocked: report.audits["total-blocking-time"]?.numericValue ?? NaN,
  };
}

async function signIn(): Promise<string> {
  const answer = await fetch(`${SERVER}/api/auth/login`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Origin: SERVER },
    body: JSON.stringify(LOGIN),
  });
  if (!answer.ok) throw new Error(`signing in answered ${answer.status}`);
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}

async function firstEvent(cookie: string): Promise<string> {
  const answer = await fetch(`${SERVER}/api/events`, { headers: { Cookie: cookie } });
  const { items } = (await answer.json()) as { items: { slug: string; joined: boolean }[] };
  const event = items.find((one) => one.joined) ?? items[0];
  if (!event) throw new Error("the demo has no event");
  return `/events/${event.slug}`;
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address
          ? resolve(address.port)
          : reject(new Error("no free port")),
      );
    });
  });
}
