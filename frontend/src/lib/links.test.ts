import { describe, expect, it } from "vitest";
import { safeHref, segments } from "./links";

const links = (content: string) =>
  segments(content).flatMap((segment) => (segment.kind === "link" ? [segment.href] : []));

describe("segments", () => {
  it("finds http and https addresses and keeps all the text", () => {
    const content = "See https://example.com/a and http://example.org!";
    expect(
      segments(content)
        .map(({ text }) => text)
        .join(""),
    ).toBe(content);
    expect(links(content)).toEqual(["https://example.com/a", "http://example.org/"]);
  });

  it.each([
    "javascript:alert(1)",
    "data:text/html,hi",
    "vbscript:x",
    "java\nscript:x",
    "//example.com",
  ])("leaves %j as text", (content) => {
    expect(links(content)).toEqual([]);
  });

  it("does not take the sentence's punctuation for the address's", () => {
    expect(links("(https://example.com/a).")).toEqual(["https://example.com/a"]);
  });

  it("leaves what only looks like an address as text", () => {
    expect(segments("https://")).toEqual([{ kind: "text", text: "https://" }]);
  });
});

describe("safeHref", () => {
  it("refuses schemes that run code, however they are written", () => {
    expect(safeHref("JaVaScRiPt:alert(1)")).toBeUndefined();
    expect(safeHref(" https://example.com ")).toBe("https://example.com/");
  });
});
