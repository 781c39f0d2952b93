import { expect, it } from "vitest";
import { sendableName, sendableType } from "./sendable";

it.each([
  ["heat-3.mp4", "heat-3.mp4"],
  ["a/b\\\\c.mp4", "a_b__c.mp4"],
  ["\u200Fרקוד.mp4", "רקוד.mp4"],
  ["tab\there.mp4", "tabhere.mp4"],
  ["\u200E", "video"],
  ["..", "video"],
  [`${"x".repeat(300)}.mp4`, `${"x".repeat(251)}.mp4`],
])("offers %j as %j", (name, offered) => {
  expect(sendableName(name)).toBe(offered);
  expect(sendableName(offered)).toBe(offered);
});

it.each([
  ["video/mp4", "video/mp4"],
  ["video/webm;codecs=vp9", "video/webm"],
  ["moving pictures", ""],
  ["", ""],
])("offers the type %j as %j", (type, offered) => {
  expect(sendableType(type)).toBe(offered);
});
