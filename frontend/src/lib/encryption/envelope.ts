/**
 * An encrypted message as it travels and is stored:
 * `e1.FROM.EPHEMERAL.COMMITMENT.BODY.DEVICE:KEY,DEVICE:KEY…`, all of it base64url. The server checks
 * the same form (`domain/src/values/encryption.rs`), and can read no more of it than is named here.
 */
import { fromBase64Url, toBase64Url } from "./base64url";

type Bytes = Uint8Array<ArrayBuffer>;

export interface Envelope {
  /** The public key of the device that it comes from. */
  from: string;
  /** A public key that was made for this message alone. */
  ephemeral: string;
  /** What no other message key leads to. */
  commitment: Bytes;
  body: Bytes;
  /** The message's key for each device that may read it, by its public key. */
  keys: ReadonlyMap<string, Bytes>;
}

const VERSION = "e1";
const KEY_BYTES = 32;
const WRAPPED_BYTES = 48;

export function writeEnvelope({ from, ephemeral, commitment, body, keys }: Envelope): string {
  const wrapped = [...keys].map(([device, key]) => `${device}:${toBase64Url(key)}`).join(",");
  const parts = [VERSION, from, ephemeral, toBase64Url(commitment), toBase64Url(body), wrapped];
  return parts.join(".");
}

/** The envelope in `text`, or undefined where that is none. */
export function readEnvelope(text: string): Envelope | undefined {
  const [version, from = "", ephemeral = "", committed = "", sealed = "", wrapped = "", ...more] =
    text.split(".");
  if (version !== VERSION || more.length > 0) return undefined;
  const [commitment, body] = [bytesOf(committed, KEY_BYTES), fromBase64Url(sealed)];
  if (!isKey(from) || !isKey(ephemeral) || !commitment || !body) return undefined;
  const keys = new Map<string, Bytes>();
  for (const pair of wrapped.split(",")) {
    const [device = "", key = "", ...rest] = pair.split(":");
    const bytes = bytesOf(key, WRAPPED_BYTES);
    if (!isKey(device) || !bytes || rest.length > 0 || keys.has(device)) return undefined;
    keys.set(device, bytes);
  }
  return { from, ephemeral, commitment, body, keys };
}

/** Whether it is a public key, which is how a device is named. */
export function isKey(text: string): boolean {
  return bytesOf(text, KEY_BYTES) !== undefined;
}

function bytesOf(text: string, length: number): Bytes | undefined {
  const bytes = fromBase64Url(text);
  return bytes?.length === length ? bytes : undefined;
}
