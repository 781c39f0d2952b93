import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { browserName, reportTransfer } from "./report-transfer";

const webkit = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)";

it.each([
  [`${webkit} Chrome/156.0.0.0 Safari/537.36`, "Chrome 156"],
  [`${webkit} Chrome/150.0.0.0 Mobile Safari/537.36 EdgA/150.0`, "Edge 150"],
  [`${webkit} Chrome/150.0.0.0 Safari/537.36 Edg/150.0.1`, "Edge 150"],
  [`${webkit} SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36`, "Samsung Internet 29"],
  ["Mozilla/5.0 (Android 16; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0", "Firefox 145"],
  [
    "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Version/19.1 Mobile/15E148 Safari/604.1",
    "Safari 19",
  ],
  [
    "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 CriOS/150.0 Mobile/15E148 Safari/604.1",
    "Chrome iOS 150",
  ],
  ["something else", null],
])("names the browser of %j", (userAgent, name) => {
  expect(browserName(userAgent)).toBe(name);
});

describe("a report", () => {
  const report = {
    matchId: "m",
    direction: "sent",
    outcome: "completed",
    bytes: 1,
    seconds: 1,
  } as const;
  const answer = (status: number) =>
    new Response(JSON.stringify({ title: "", code: "x", position: 1 }), {
      status,
      headers: { "Content-Type": "application/json" },
    });

  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(console, "warn").mockReturnValue();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it("is sent again when the network or the server had no time for it", async () => {
    const fetch = vi
      .spyOn(globalThis, "fetch")
      .mockRejectedValueOnce(new TypeError("network"))
      .mockResolvedValueOnce(answer(503))
      .mockResolvedValueOnce(answer(201));
    const reporting = reportTransfer(report);
    await vi.runAllTimersAsync();
    await reporting;
    expect(fetch).toHaveBeenCalledTimes(3);
  });

  it("is not sent again when the server refused it", async () => {
    const fetch = vi.spyOn(globalThis, "fetch").mockResolvedValue(answer(422));
    const reporting = reportTransfer(report);
    await vi.runAllTimersAsync();
    await reporting;
    expect(fetch).toHaveBeenCalledTimes(1);
  });
});
