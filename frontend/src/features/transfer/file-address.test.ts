import { expect, it, vi } from "vitest";
import { addressOf, forgetAddress } from "./file-address";

it("is one for as long as the file is shown, and then gives its memory back", () => {
  let made = 0;
  const revoked = vi.fn();
  URL.createObjectURL = () => `blob:${++made}`;
  URL.revokeObjectURL = revoked;
  const file = new Blob(["a dance"]);
  forgetAddress(file);
  expect(revoked).not.toHaveBeenCalled();
  expect([addressOf(file), addressOf(file)]).toEqual(["blob:1", "blob:1"]);
  forgetAddress(file);
  expect(revoked).toHaveBeenCalledExactlyOnceWith("blob:1");
  expect(addressOf(file)).toBe("blob:2");
});
