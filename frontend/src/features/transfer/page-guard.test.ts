import { expect, it } from "vitest";
import { PageGuard } from "./page-guard";

function closingAsks(): boolean {
  return !window.dispatchEvent(new Event("beforeunload", { cancelable: true }));
}

it("asks before the page is closed as long as anybody has something at stake", () => {
  const [anna, ben] = [new PageGuard(), new PageGuard()];
  expect(closingAsks()).toBe(false);
  anna.set({ running: false, unsaved: true });
  ben.set({ running: true, unsaved: false });
  ben.set({ running: false, unsaved: false });
  expect(closingAsks()).toBe(true);
  anna.set({ running: false, unsaved: false });
  expect(closingAsks()).toBe(false);
});
