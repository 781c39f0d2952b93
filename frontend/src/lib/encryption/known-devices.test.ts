import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import { knownPerson } from "./keyring";
import {
  acceptDevices,
  compare,
  isVerified,
  markCompared,
  recipients,
  seeDevices,
  speaksFor,
  trustDevice,
} from "./known-devices";

describe("a person's devices", () => {
  it("are believed when they are seen first, and a new one is shown until it is accepted", async () => {
    expect(await seeDevices("ann", "bob", ["phone"])).toMatchObject({ fresh: [] });
    const seen = await seeDevices("ann", "bob", ["phone", "tablet"]);
    expect(seen.fresh).toEqual(["tablet"]);
    expect(await seeDevices("ann", "bob", ["phone", "tablet"])).toEqual(seen);
    await acceptDevices("ann", "bob", seen);
    expect(await seeDevices("ann", "bob", ["phone", "tablet"])).toMatchObject({ fresh: [] });
    expect(await knownPerson("ann", "cleo")).toBeUndefined();
  });

  it("stay known when they are signed out, so that what they wrote is still theirs", async () => {
    await seeDevices("ann", "dee", ["phone", "tablet"]);
    const seen = await seeDevices("ann", "dee", ["phone"]);
    expect(seen).toMatchObject({ current: ["phone"], known: ["phone", "tablet"], fresh: [] });
  });

  it("are not verified any more when one is new, whether it is accepted or not", async () => {
    await markCompared("ann", "eve", await seeDevices("ann", "eve", ["phone"]));
    expect(isVerified(await seeDevices("ann", "eve", ["phone"]))).toBe(true);
    const seen = await seeDevices("ann", "eve", ["phone", "tablet"]);
    expect(isVerified(seen)).toBe(false);
    await acceptDevices("ann", "eve", seen);
    expect(isVerified(await seeDevices("ann", "eve", ["phone", "tablet"]))).toBe(false);
  });

  it("stay verified when one is signed out", async () => {
    await markCompared("ann", "flo", await seeDevices("ann", "flo", ["phone", "tablet"]));
    expect(isVerified(await seeDevices("ann", "flo", ["phone"]))).toBe(true);
  });

  it("speak for them once they are known, or before any number was compared", () => {
    const current = ["phone", "tablet"];
    for (const [compared, device, speaks] of [
      [false, "tablet", true],
      [true, "tablet", false],
      [true, "phone", true],
      [false, "another", false],
    ] as const) {
      expect(speaksFor(compare({ known: ["phone"], compared }, current), device)).toBe(speaks);
    }
  });

  it("are known without being shown where it is the one that one holds", async () => {
    await seeDevices("ann", "ann", ["phone"]);
    await trustDevice("ann", "ann", "new-phone");
    expect(await seeDevices("ann", "ann", ["new-phone", "tablet"])).toMatchObject({
      fresh: ["tablet"],
    });
  });

  it("are all written for, but new ones only where no number was compared before", () => {
    const seen = compare({ known: ["phone", "old"], compared: true }, ["phone", "tablet"]);
    expect(recipients(seen, false)).toEqual(["phone", "tablet"]);
    expect(recipients(seen, true)).toEqual(["phone"]);
  });
});
