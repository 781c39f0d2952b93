/**
 * A recorded WebM does not say how long it is, since its header is written first; players then show no
 * length and cannot seek. So room is made in the header of the first slice, and filled in as the
 * recording grows: 11 bytes, the length of a `Duration` element, added to `Info`.
 */

const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const TIMESTAMP_SCALE = 0x2ad7b1;
const DURATION = 0x4489;
const DURATION_BYTES = 11;
const DEFAULT_SCALE = 1_000_000;

export interface WebmHeader {
  /** The first slice, with the room made. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Where the element goes. */
  at: number;
  /** Nanoseconds in a tick. */
  scale: number;
}

/** `undefined` where the header is not as recorders write it: the recording is then left as it is. */
export function withRoomForDuration(first: Uint8Array): WebmHeader | undefined {
  const segment = find(first, 0, first.length, SEGMENT);
  // With a known size, more than `Info` would have to grow.
  if (!segment || segment.size !== undefined) return undefined;
  const info = find(first, segment.start, first.length, INFO);
  if (info?.size === undefined) return undefined;
  const end = info.start + info.size;
  if (end > first.length || find(first, info.start, end, DURATION)) return undefined;

  const size = sized(info.size + DURATION_BYTES, info.start - info.sizeAt);
  if (!size) return undefined;
  const bytes = new Uint8Array(first.length + DURATION_BYTES);
  bytes.set(first.subarray(0, end));
  bytes.set(size, info.sizeAt);
  bytes.set(durationElement(0, DEFAULT_SCALE), end);
  bytes.set(first.subarray(end), end + DURATION_BYTES);

  const scale = find(first, info.start, end, TIMESTAMP_SCALE);
  const ticks = scale?.size === undefined ? DEFAULT_SCALE : number(first, scale.start, scale.size);
  return { bytes, at: end, scale: ticks };
}

export function durationElement(seconds: number, scale: number): Uint8Array<ArrayBuffer> {
  const element = new Uint8Array(DURATION_BYTES);
  const view = new DataView(element.buffer);
  view.setUint16(0, DURATION);
  view.setUint8(2, 0x80 | 8);
  view.setFloat64(3, (seconds * 1e9) / scale);
  return element;
}

interface Element {
  sizeAt: number;
  start: number;
  /** Unknown while it is still being written. */
  size: number | undefined;
}

function find(bytes: Uint8Array, from: number, to: number, wanted: number): Element | undefined {
  let at = from;
  while (at < to) {
    const idLength = vintLength(bytes, at);
    const sizeAt = at + idLength;
    const sizeLength = vintLength(bytes, sizeAt);
    const start = sizeAt + sizeLength;
    if (idLength > 4 || sizeLength > 8 || start > to) return undefined;
    const size = vint(bytes, sizeAt, sizeLength);
    if (number(bytes, at, idLength) === wanted) return { sizeAt, start, size };
    if (size === undefined) return undefined;
    at = start + size;
  }
  return undefined;
}

/** The number of leading zeros in the first byte tells the length; past the end it is too long to be one. */
function vintLength(bytes: Uint8Array, at: number): number {
  return Math.clz32(bytes[at] ?? 0) - 24 + 1;
}

/** Without the bit that marks its length, and from there on, so that eight bytes stay exact. */
function vint(bytes: Uint8Array, at: number, length: number): number | undefined {
  const mask = 0xff >> length;
  const first = (bytes[at] ?? 0) & mask;
  const rest = bytes.subarray(at + 1, at + length);
  // All ones stand for an unknown size.
  if (first === mask && rest.every((byte) => byte === 0xff)) return undefined;
  return first * 2 ** (8 * rest.length) + number(rest, 0, rest.length);
}

function number(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (const byte of bytes.subarray(at, at + length)) value = value * 256 + byte;
  return value;
}

/** In as many bytes as before, or not at all: nothing else may move. */
function sized(size: number, length: number): Uint8Array | undefined {
  if (size >= 2 ** (7 * length) - 1) return undefined;
  const bytes = new Uint8Array(length);
  let rest = size;
  for (let at = length - 1; at >= 0; at--) {
    bytes[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[0] = (bytes[0] ?? 0) | (0x80 >> (length - 1));
  return bytes;
}
