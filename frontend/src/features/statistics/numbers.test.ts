import { describe, expect, it } from "vitest";
import { kindName, share, speed } from "./numbers";

describe("numbers", () => {
  it("have no share of nothing", () => {
    expect(share(0, 0)).toBe("–");
    expect(share(2, 3)).toBe("67%");
  });

  it("tell speed by the second", () => {
    expect(speed(8_000_000)).toBe("8 MB/s");
  });
});

describe("a kind's name", () => {
  it("is in words, also of one that this page does not know", () => {
    expect(kindName("relay", "None")).toBe("Through a relay");
    expect(kindName("partner-reloaded", "None")).toBe("Partner reloaded");
    expect(kindName("none", "Not told")).toBe("Not told");
  });
});
