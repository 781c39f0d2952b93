/**
 * Makes messages of about the same length the same length: after four bytes that say how long it is, a
 * text is filled up to 256 bytes, or to the next power of two.
 */
const SMALLEST = 256;
const LENGTH_BYTES = 4;

export function pad(text: Uint8Array): Uint8Array<ArrayBuffer> {
  let size = SMALLEST;
  while (size < text.length + LENGTH_BYTES) size *= 2;
  const padded = new Uint8Array(size);
  new DataView(padded.buffer).setUint32(0, text.length);
  padded.set(text, LENGTH_BYTES);
  return padded;
}

/** What was padded, or undefined where it claims to be longer than it is. */
export function unpad(padded: Uint8Array): Uint8Array | undefined {
  if (padded.length < LENGTH_BYTES) return undefined;
  const length = new DataView(padded.buffer, padded.byteOffset).getUint32(0);
  if (length > padded.length - LENGTH_BYTES) return undefined;
  return padded.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
}
