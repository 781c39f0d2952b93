import { expect, it } from "vitest";
import { sharedLink } from "./shared-link";

it.each([
  ["https://drive.example/heat-3", "https://drive.example/heat-3"],
  ["  https://example.com/a b ", "https://example.com/a%20b"],
])("takes %j", (text, href) => {
  expect(sharedLink(text)).toBe(href);
});

it.each([
  "",
  "heat 3",
  "http://example.com/a",
  "drive.example/heat-3",
  "javascript:alert(1)",
  "data:text/html,hi",
  "file:///etc/passwd",
  "https://drive.example@evil.example/",
  `https://example.com/${"a".repeat(2000)}`,
])("refuses %j", (text) => {
  expect(sharedLink(text)).toBeUndefined();
});
