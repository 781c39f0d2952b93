import { ProtocolViolation } from "./violation";

/**
 * Binary frames of the data channel: 24 bytes of header, big-endian, then the payload.
 *
 *   0 version │ 1 type │ 2–3 zero │ 4–7 file │ 8–15 offset │ 16–19 length │ 20–23 epoch
 *
 * The offset is absolute, so a frame means the same on any lane and after any interruption.
 */
export const PROTOCOL_VERSION = 2;
export const HEADER_BYTES = 24;

/** What both ends of a data channel can take as one message, header included. */
export const LARGEST_MESSAGE = 262_144;
/** What every WebRTC stack takes, for a partner who does not say (RFC 8841). */
export const UNANNOUNCED_MESSAGE = 65_536;

const BYTES_OF_FILE = 1;
const TWO_TO_32 = 0x1_0000_0000;

export interface Frame {
  file: number;
  /** Where the payload starts, in bytes from the beginning of the file. */
  offset: number;
  /** Which acceptance of the file this answers; frames of an earlier one are stale. */
  epoch: number;
  /** A view into the received message, not a copy. */
  payload: Uint8Array<ArrayBuffer>;
}

/** Writes the frame into `scratch`, which is used again: a channel has copied what it was given. */
export function encodeFrame(
  { file, offset, epoch, payload }: Frame,
  scratch = new ArrayBuffer(HEADER_BYTES + payload.length),
): Uint8Array<ArrayBuffer> {
  const header = new DataView(scratch);
  header.setUint8(0, PROTOCOL_VERSION);
  header.setUint8(1, BYTES_OF_FILE);
  header.setUint16(2, 0);
  header.setUint32(4, file);
  header.setUint32(8, Math.floor(offset / TWO_TO_32));
  header.setUint32(12, offset % TWO_TO_32);
  header.setUint32(16, payload.length);
  header.setUint32(20, epoch);
  const message = new Uint8Array(scratch, 0, HEADER_BYTES + payload.length);
  message.set(payload, HEADER_BYTES);
  return message;
}

export function decodeFrame(message: ArrayBuffer): Frame {
  if (message.byteLength <= HEADER_BYTES) throw new ProtocolViolation("a frame without payload");
  if (message.byteLength > LARGEST_MESSAGE) throw new ProtocolViolation("a frame too large");

  const header = new DataView(message);
  if (header.getUint8(0) !== PROTOCOL_VERSION)
    throw new ProtocolViolation("a frame of an unknown version");
  if (header.getUint8(1) !== BYTES_OF_FILE)
    throw new ProtocolViolation("a frame of an unknown type");
  if (header.getUint16(2) !== 0) throw new ProtocolViolation("a frame with reserved bits set");
  if (header.getUint32(16) !== message.byteLength - HEADER_BYTES) {
    throw new ProtocolViolation("a frame whose length is not its payload's");
  }
  const offset = header.getUint32(8) * TWO_TO_32 + header.getUint32(12);
  if (!Number.isSafeInteger(offset)) throw new ProtocolViolation("a frame beyond any file");

  return {
    file: header.getUint32(4),
    offset,
    epoch: header.getUint32(20),
    payload: new Uint8Array(message, HEADER_BYTES),
  };
}
