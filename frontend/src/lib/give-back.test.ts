import { expect, it } from "vitest";
import { giveBack } from "./give-back";

it("takes the memory from whoever had it, as often as there is some", () => {
  for (let round = 0; round < 3; round++) {
    const buffer = new ArrayBuffer(1024);
    const view = new Uint8Array(buffer);
    giveBack(buffer);
    expect(buffer.byteLength).toBe(0);
    expect(view.length).toBe(0);
  }
});
