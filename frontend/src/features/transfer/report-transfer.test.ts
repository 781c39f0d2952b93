import { expect, it } from "vitest";
import { browserName } from "./report-transfer";

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
