/** Key pairs that tests know by heart: those of RFC 7748, section 6.1. In the app no private key is in a form to be read. */
import { toBase64Url } from "./base64url";
import type { DeviceKey } from "./keys";

export const hex = (text: string) =>
  Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

export const SHARED = hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");

/** Ann is the standard's Alice. */
export const ann = () =>
  deviceKey(
    "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
    "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
  );

export const bob = () =>
  deviceKey(
    "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
    "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
  );

async function deviceKey(scalar: string, publicKey: string): Promise<DeviceKey> {
  const pkcs8 = hex(`302e020100300506032b656e04220420${scalar}`);
  const X25519 = { name: "X25519" };
  const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, X25519, false, ["deriveBits"]);
  return { publicKey: toBase64Url(hex(publicKey)), privateKey };
}
