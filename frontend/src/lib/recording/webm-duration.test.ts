import { describe, expect, it } from "vitest";
import { durationElement, withRoomForDuration } from "./webm-duration";

const EBML = [0x1a, 0x45, 0xdf, 0xa3, 0x84, 0x42, 0x86, 0x81, 0x01];
const SEGMENT_OF_UNKNOWN_SIZE = [
  0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
];
const SCALE_OF_1_MS = [0x2a, 0xd7, 0xb1, 0x83, 0x0f, 0x42, 0x40];
const CLUSTER = [0x1f, 0x43, 0xb6, 0x75, 0xff, 0xe7, 0x81, 0x00];
const info = (content: number[], size = [0x80 | content.length]) => [
  ...[0x15, 0x49, 0xa9, 0x66],
  ...size,
  ...content,
];
const slice = (...parts: number[][]) => new Uint8Array(parts.flat());

describe("the length of a recorded WebM", () => {
  it("finds room at the end of Info, and moves what follows", () => {
    const first = slice(EBML, SEGMENT_OF_UNKNOWN_SIZE, info(SCALE_OF_1_MS), CLUSTER);
    const header = withRoomForDuration(first);
    const at = EBML.length + SEGMENT_OF_UNKNOWN_SIZE.length + info(SCALE_OF_1_MS).length;
    expect(header?.at).toBe(at);
    expect(header?.scale).toBe(1_000_000);
    expect(header?.bytes.length).toBe(first.length + 11);
    expect(header?.bytes[at - SCALE_OF_1_MS.length - 1]).toBe(0x80 | (7 + 11));
    expect([...(header?.bytes.subarray(at + 11) ?? [])]).toEqual(CLUSTER);
  });

  it("keeps a size of eight bytes in eight bytes, to the last one", () => {
    const eight = [0x01, 0, 0, 0, 0, 0, 0, 7];
    const header = withRoomForDuration(
      slice(EBML, SEGMENT_OF_UNKNOWN_SIZE, info(SCALE_OF_1_MS, eight), CLUSTER),
    );
    const sizeAt = EBML.length + SEGMENT_OF_UNKNOWN_SIZE.length + 4;
    expect([...(header?.bytes.subarray(sizeAt, sizeAt + 8) ?? [])]).toEqual([
      0x01, 0, 0, 0, 0, 0, 0, 18,
    ]);
  });

  it("is written in ticks", () => {
    const element = durationElement(3.5, 1_000_000);
    expect([...element.subarray(0, 3)]).toEqual([0x44, 0x89, 0x88]);
    expect(new DataView(element.buffer).getFloat64(3)).toBe(3500);
  });

  it.each([
    ["MP4", [0, 0, 0, 0x20, 0x66, 0x74, 0x79, 0x70]],
    ["nothing", []],
    ["a header that is not all there", [...EBML, ...SEGMENT_OF_UNKNOWN_SIZE, 0x15, 0x49]],
    [
      "an Info cut short",
      [...EBML, ...SEGMENT_OF_UNKNOWN_SIZE, ...info(SCALE_OF_1_MS).slice(0, -2)],
    ],
    [
      "a WebM that says it already",
      [...EBML, ...SEGMENT_OF_UNKNOWN_SIZE, ...info([...durationElement(1, 1_000_000)])],
    ],
    [
      "a size with no room for more",
      [
        ...EBML,
        ...SEGMENT_OF_UNKNOWN_SIZE,
        ...info([0xec, 0x80 | 116, ...Array<number>(116).fill(0)]),
      ],
    ],
  ])("leaves %s alone", (_, bytes) => {
    expect(withRoomForDuration(new Uint8Array(bytes))).toBeUndefined();
  });
});
