import { describe, expect, it } from "vitest";
import { uuidV7 } from "./uuid-v7";

describe("uuidV7", () => {
  it("has the version, the variant and the time where RFC 9562 puts them", () => {
    const id = uuidV7(0x0123456789ab);
    expect(id).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it("sorts by the moment it was made", () => {
    expect(uuidV7(1_000) < uuidV7(2_000)).toBe(true);
  });

  it("differs within one moment", () => {
    expect(new Set(Array.from({ length: 1000 }, () => uuidV7(1))).size).toBe(1000);
  });
});
