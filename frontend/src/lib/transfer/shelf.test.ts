import { expect, it, vi } from "vitest";
import { KeptFile } from "./kept-file";
import { Shelf } from "./shelf";
import type { Sink } from "./sink";

const close = vi.fn(() => Promise.resolve());
const discard = vi.fn(() => Promise.resolve());
const sink = { held: new Map(), durable: true, close, discard } as unknown as Sink;

it("gives the space back of a file that was let go of while it was opened", async () => {
  let opened: () => void = () => undefined;
  const file = KeptFile.open({ name: "jack.mp4", size: 8, modified: 0 } as never, {
    openSink: () => Promise.resolve(sink),
    createHasher: () => ({ close: vi.fn() }) as never,
  });
  const shelf = new Shelf(async () => {
    await new Promise<void>((resolve) => (opened = resolve));
    return file;
  });
  const opening = shelf.open();
  shelf.discard();
  shelf.close();
  opened();
  await expect(opening).rejects.toThrow("closed while it was opened");
  expect(discard).toHaveBeenCalledOnce();
  expect(close).toHaveBeenCalledOnce();
});
