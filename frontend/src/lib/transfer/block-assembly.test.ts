// @vitest-environment node
import { expect, it } from "vitest";
import { BlockAssembly } from "./block-assembly";
import { BLOCK_BYTES, STRIP_BYTES } from "./blocks";

const BLOCKS = 3;

function fill(assembly: BlockAssembly, index: number, byte: number): ArrayBuffer {
  for (let start = 0; start < BLOCK_BYTES; start += STRIP_BYTES) {
    const payload = new Uint8Array(STRIP_BYTES).fill(byte);
    const offset = index * BLOCK_BYTES + start;
    const block = assembly.add({ file: 1, epoch: 1, offset, payload });
    if (block) return block.bytes;
  }
  throw new Error("the block is not whole");
}

it("puts a block into the memory of one before, which is gone to the last byte", () => {
  const assembly = new BlockAssembly(BLOCKS * BLOCK_BYTES);
  const first = fill(assembly, 0, 1);
  assembly.reuse(first);
  const second = fill(assembly, 1, 2);
  expect(second).toBe(first);
  expect(new Uint8Array(second).every((byte) => byte === 2)).toBe(true);
  expect(fill(assembly, 2, 3)).not.toBe(second);
});

it("keeps no memory of a block that is not a whole one, nor after it is cleared", () => {
  const assembly = new BlockAssembly(BLOCKS * BLOCK_BYTES);
  assembly.reuse(new ArrayBuffer(99));
  const first = fill(assembly, 0, 1);
  assembly.reuse(first);
  assembly.clear();
  expect(fill(assembly, 1, 2)).not.toBe(first);
});
