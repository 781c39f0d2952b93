import { afterEach, expect, it, vi } from "vitest";
import { giveBack } from "./give-back";

afterEach(() => vi.unstubAllGlobals());

it("takes the memory in Chromium, as often as there is some", () => {
  vi.stubGlobal("navigator", { userAgentData: {} });
  for (let round = 0; round < 3; round++) {
    const buffer = new ArrayBuffer(1024);
    const view = new Uint8Array(buffer);
    giveBack(buffer);
    expect(buffer.byteLength).toBe(0);
    expect(view.length).toBe(0);
  }
});

it("leaves it to the garbage collector elsewhere", () => {
  vi.stubGlobal("navigator", {});
  const buffer = new ArrayBuffer(1024);
  giveBack(buffer);
  expect(buffer.byteLength).toBe(1024);
});
