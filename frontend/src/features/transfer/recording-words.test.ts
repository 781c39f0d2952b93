import { describe, expect, it } from "vitest";
import { foundInWords } from "./KeptVideos";
import { recordingName } from "../../lib/recording/recording-format";

const AT = new Date(2026, 10, 23, 21, 40);

describe("the name of a recording", () => {
  it("tells when and for whom", () => {
    expect(recordingName(AT, "Anna and Ben", "mp4")).toBe("2026-11-23 21.40 Anna and Ben.mp4");
  });

  it("is one that every file system takes", () => {
    expect(recordingName(AT, 'A/n:n*a and "B\\en"', "webm")).toBe(
      "2026-11-23 21.40 A_n_n_a and _B_en_.webm",
    );
  });

  it("is read again when the recording is found: the day only if it is another one", () => {
    const name = recordingName(AT, "Anna and Ben", "mp4");
    const today = foundInWords({ name }, AT);
    expect(today).toMatch(/^A recording from \d?\d:40.* was found$/);
    expect(foundInWords({ name }, new Date(2026, 10, 25))).toMatch(/23.*:40/);
    expect(foundInWords({ name: "IMG_0042.MOV" })).toBe("“IMG_0042.MOV” is waiting here");
  });
});
