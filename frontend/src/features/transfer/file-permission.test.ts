import { expect, it } from "vitest";
import { askToRead, mayRead } from "./file-permission";

const handle = (more: object = {}) => ({ kind: "file", ...more }) as FileSystemFileHandle;
const answering = (state: PermissionState) =>
  handle({
    queryPermission: () => Promise.resolve(state),
    requestPermission: () => Promise.resolve(state),
  });

it("reads what lies in the private file system of a browser that knows no permissions", async () => {
  expect(await mayRead(handle())).toBe(true);
  expect(await askToRead(handle())).toBe(true);
});

it("goes by what the person allowed where there are permissions", async () => {
  expect(await mayRead(answering("granted"))).toBe(true);
  expect(await mayRead(answering("prompt"))).toBe(false);
  expect(await askToRead(answering("denied"))).toBe(false);
});
