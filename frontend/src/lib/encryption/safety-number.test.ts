// @vitest-environment node
import { describe, expect, it } from "vitest";
import { ann, bob } from "./fixed-keys";
import { makeDeviceKey } from "./keys";
import { safetyNumber } from "./safety-number";

const people = async () => {
  const [anns, bobs] = [(await ann()).publicKey, (await bob()).publicKey];
  return [
    { userId: "019ac1f0-5b1e-7c3a-9d52-0c6f6ab2d0aa", publicKeys: [anns] },
    { userId: "019ac1f0-5b1e-7c3a-9d52-0c6f6ab2d0bb", publicKeys: [bobs] },
  ] as const;
};

describe("the safety number", () => {
  it("is twelve groups of five digits, the same from both sides", async () => {
    const [a, b] = await people();
    const number = await safetyNumber(a, b);
    expect(number).toHaveLength(12);
    for (const group of number) expect(group).toMatch(/^\d{5}$/);
    expect(await safetyNumber(b, a)).toEqual(number);
  });

  it("is pinned: two versions of the app must show the same", async () => {
    const [a, b] = await people();
    expect((await safetyNumber(a, b)).join(" ")).toMatchInlineSnapshot(
      `"31753 35030 93863 14417 35139 70388 83037 46748 60469 38163 48199 69780"`,
    );
  });

  it("does not depend on the order in which devices are told", async () => {
    const [a, b] = await people();
    const more = (await makeDeviceKey()).publicKey;
    const both = { ...b, publicKeys: [...b.publicKeys, more] };
    const turned = { ...b, publicKeys: [more, ...b.publicKeys] };
    expect(await safetyNumber(a, both)).toEqual(await safetyNumber(a, turned));
  });

  it("is another with one device more, or another person", async () => {
    const [a, b] = await people();
    const number = await safetyNumber(a, b);
    const more = { ...b, publicKeys: [...b.publicKeys, (await makeDeviceKey()).publicKey] };
    expect(await safetyNumber(a, more)).not.toEqual(number);
    const eve = { ...b, userId: "019ac1f0-5b1e-7c3a-9d52-0c6f6ab2d0ee" };
    expect(await safetyNumber(a, eve)).not.toEqual(number);
  });
});
