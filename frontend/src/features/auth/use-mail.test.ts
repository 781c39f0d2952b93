import { expect, test } from "vitest";
import { tokenOf } from "./use-mail";

test("a link's token is what stands behind the hash", () => {
  expect(tokenOf("#token=ab-c_1")).toBe("ab-c_1");
  expect(tokenOf("")).toBeUndefined();
  expect(tokenOf("#other=1")).toBeUndefined();
});
