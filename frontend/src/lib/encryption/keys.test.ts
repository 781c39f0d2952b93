// @vitest-environment node
import { describe, expect, it } from "vitest";
import { fromBase64Url, toBase64Url } from "./base64url";
import { ann, bob, hex, SHARED } from "./fixed-keys";
import { agree, canEncrypt, concat, decrypt, derive, encryptOnce, makeDeviceKey } from "./keys";
import { pad, unpad } from "./padding";

const utf8 = (text: string) => concat(new TextEncoder().encode(text));

describe("a device's key", () => {
  it("agrees with another's on what RFC 7748 says, from both ends", async () => {
    const [a, b] = [await ann(), await bob()];
    expect(await agree(a.privateKey, b.publicKey)).toEqual(SHARED);
    expect(await agree(b.privateKey, a.publicKey)).toEqual(SHARED);
  });

  it("agrees with no key of small order", async () => {
    const { privateKey } = await ann();
    for (const weak of ["00".repeat(32), `01${"00".repeat(31)}`]) {
      await expect(agree(privateKey, toBase64Url(hex(weak)))).rejects.toThrow();
    }
  });

  it("cannot be taken out of the browser", async () => {
    const { privateKey } = await makeDeviceKey();
    expect(privateKey.extractable).toBe(false);
    await expect(crypto.subtle.exportKey("pkcs8", privateKey)).rejects.toThrow();
  });

  it("can be made here", async () => {
    expect(await canEncrypt()).toBe(true);
  });
});

describe("deriving", () => {
  it("comes to what RFC 5869 says for no salt and no purpose (test case 3)", async () => {
    const okm = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d";
    expect(await derive(hex("0b".repeat(22)), new Uint8Array())).toEqual(hex(okm));
  });

  it("comes to something else for each purpose", async () => {
    expect(await derive(SHARED, utf8("one"))).not.toEqual(await derive(SHARED, utf8("two")));
  });
});

describe("encrypting", () => {
  it("opens under the same key and about the same alone", async () => {
    const sealed = await encryptOnce(SHARED, utf8("hi"), utf8("about"));
    expect(await decrypt(SHARED, sealed, utf8("about"))).toEqual(utf8("hi"));
    expect(await decrypt(SHARED, sealed, utf8("another"))).toBeUndefined();
    expect(await decrypt(new Uint8Array(32), sealed, utf8("about"))).toBeUndefined();
    expect(await decrypt(SHARED, sealed.slice(0, -1), utf8("about"))).toBeUndefined();
  });
});

describe("padding", () => {
  it("makes short texts equally long, and gives each back", () => {
    for (const text of ["", "hi", "x".repeat(252)]) {
      expect(pad(utf8(text))).toHaveLength(256);
      expect(unpad(pad(utf8(text)))).toEqual(utf8(text));
    }
    expect(pad(utf8("x".repeat(253)))).toHaveLength(512);
    // The longest message there is: 2,000 characters of four bytes, each twice as long in JSON at most.
    expect(pad(utf8("x".repeat(8_100)))).toHaveLength(8_192);
  });

  it("claims no more than there is", () => {
    for (const bad of ["", "000000", "0000000568", "ffffffff68"]) {
      expect(unpad(hex(bad))).toBeUndefined();
    }
  });
});

describe("base64url", () => {
  it("reads back what it wrote, and takes one way to write it", () => {
    for (let length = 0; length < 40; length++) {
      const bytes = crypto.getRandomValues(new Uint8Array(length));
      expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
    }
    for (const bad of ["a", "aa=", "a+", "a/", "ab", "é"]) {
      expect(fromBase64Url(bad)).toBeUndefined();
    }
  });
});
