/** The few things WebCrypto is asked for, each under its name here. */
import { fromBase64Url, toBase64Url } from "./base64url";

type Bytes = Uint8Array<ArrayBuffer>;

/** A device's key pair. The private half cannot leave the browser, not even into this script. */
export interface DeviceKey {
  /** In base64url; it names the device. */
  publicKey: string;
  privateKey: CryptoKey;
}

const X25519 = { name: "X25519" };

/** Whether this browser has what encrypting takes (Chrome 133, Firefox 130, Safari 17, or later). */
export async function canEncrypt(): Promise<boolean> {
  try {
    await makeDeviceKey();
    return true;
  } catch {
    return false;
  }
}

export async function makeDeviceKey(): Promise<DeviceKey> {
  const pair = (await crypto.subtle.generateKey(X25519, false, ["deriveBits"])) as CryptoKeyPair;
  const exported = await crypto.subtle.exportKey("raw", pair.publicKey);
  return { publicKey: toBase64Url(new Uint8Array(exported)), privateKey: pair.privateKey };
}

/** What the two ends share. Fails for the few public keys that would make it no secret at all. */
export async function agree(mine: CryptoKey, theirs: string): Promise<Bytes> {
  const raw = fromBase64Url(theirs);
  if (!raw) throw new TypeError("not a public key");
  const key = await crypto.subtle.importKey("raw", raw, X25519, false, []);
  const shared = new Uint8Array(
    await crypto.subtle.deriveBits({ name: "X25519", public: key }, mine, 256),
  );
  // RFC 7748, 6.1: a browser may leave this check to us.
  if (shared.every((byte) => byte === 0)) throw new TypeError("a public key of small order");
  return shared;
}

/** 32 bytes that follow from `secret` for one purpose (HKDF-SHA-256 without salt). */
export async function derive(secret: Bytes, purpose: Bytes): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const salt = new Uint8Array();
  const how = { name: "HKDF", hash: "SHA-256", salt, info: purpose };
  return new Uint8Array(await crypto.subtle.deriveBits(how, key, 256));
}

/** Each key below encrypts one thing in its life, so none of them needs a nonce. */
const NO_NONCE = new Uint8Array(12);

export async function encryptOnce(key: Bytes, text: Bytes, about: Bytes): Promise<Bytes> {
  const how = { name: "AES-GCM", iv: NO_NONCE, additionalData: about };
  const aes = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  return new Uint8Array(await crypto.subtle.encrypt(how, aes, text));
}

/** What was encrypted, or undefined where key, text or `about` is another. */
export async function decrypt(key: Bytes, text: Bytes, about: Bytes): Promise<Bytes | undefined> {
  const how = { name: "AES-GCM", iv: NO_NONCE, additionalData: about };
  const aes = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
  try {
    return new Uint8Array(await crypto.subtle.decrypt(how, aes, text));
  } catch {
    return undefined;
  }
}

export async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
