import { describe, expect, it } from "vitest";
import { asShown, linksIn } from "./social-links";

describe("links to elsewhere", () => {
  it("are read one by one, over https where nothing is said", () => {
    expect(linksIn(" instagram.com/anna\n\nhttps://a.example/b  http://c.example")).toEqual([
      "https://instagram.com/anna",
      "https://a.example/b",
      "http://c.example",
    ]);
  });

  it("show where they lead", () => {
    expect(asShown("https://www.instagram.com/anna.swings/")?.words).toBe(
      "instagram.com/anna.swings",
    );
    expect(asShown(`https://a.example/${"b".repeat(60)}`)?.words).toHaveLength(40);
  });

  it("lead nowhere but over https", () => {
    for (const link of ["javascript:alert(1)", "http://a.example", "https://a@b.example", "x"]) {
      expect(asShown(link)).toBeUndefined();
    }
  });
});
