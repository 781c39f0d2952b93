/**
 * Encrypts one message for the devices of two people, and opens it again on one of them. docs/adr/0011
 * says why it is made this way.
 *
 * A fresh message key makes the key of the body and a commitment to itself. The message key is wrapped
 * for each device under a key from two Diffie–Hellman agreements: one of a key pair made for this message,
 * and one of the sending device's own, which nobody else can make: that shows who wrote it.
 */
import * as v from "valibot";
import { fromBase64Url, toBase64Url } from "./base64url";
import { readEnvelope, writeEnvelope } from "./envelope";
import {
  agree,
  concat,
  decrypt,
  derive,
  encryptOnce,
  isSame,
  makeDeviceKey,
  sha256,
  type DeviceKey,
} from "./keys";
import { pad, unpad } from "./padding";

type Bytes = Uint8Array<ArrayBuffer>;

/** Where a message is said, and by whom: anywhere else it does not open. */
export interface Place {
  matchId: string;
  messageId: string;
  authorId: string;
}

export const saidSchema = v.object({ type: v.picklist(["text", "link"]), content: v.string() });
export type Said = v.InferOutput<typeof saidSchema>;

/** A message that could be read, or why not. */
export type Opened =
  | { state: "open"; said: Said; from: string; messageKey: string }
  /** It was sent while this device could not read along. */
  | { state: "not-for-this-device" }
  /** It is none, was altered or moved, or does not come from whom it names. */
  | { state: "unsound" };

const utf8 = (text: string): Bytes => new TextEncoder().encode(text);
const BODY = utf8("spotlight.cam chat/1 body");
const COMMITMENT = utf8("spotlight.cam chat/1 commitment");
const WRAP = utf8("spotlight.cam chat/1 wrap");

/** `devices` are all that may read it, by their public keys; the sending one should be among them. */
export async function sealMessage(
  said: Said,
  place: Place,
  sender: DeviceKey,
  devices: readonly string[],
): Promise<string> {
  const messageKey = crypto.getRandomValues(new Uint8Array(32));
  const commitment = await derive(messageKey, COMMITMENT);
  const text = pad(utf8(JSON.stringify({ type: said.type, content: said.content })));
  const body = await encryptOnce(await derive(messageKey, BODY), text, written(place));
  const ephemeral = await makeDeviceKey();
  const about = await aboutKeys(place, commitment, body);
  const keys = new Map<string, Bytes>();
  for (const device of new Set(devices)) {
    const shared = concat(
      await agree(ephemeral.privateKey, device),
      await agree(sender.privateKey, device),
    );
    const key = await wrappingKey(shared, ephemeral.publicKey, sender.publicKey, device);
    keys.set(device, await encryptOnce(key, messageKey, about));
  }
  const { publicKey: from } = sender;
  return writeEnvelope({ from, ephemeral: ephemeral.publicKey, commitment, body, keys });
}

/** What opens was written on the device `from`; whether that is one of the author's, the caller knows. */
export async function openMessage(text: string, place: Place, device: DeviceKey): Promise<Opened> {
  const envelope = readEnvelope(text);
  if (!envelope) return { state: "unsound" };
  const { from, ephemeral, commitment, body, keys } = envelope;
  const wrapped = keys.get(device.publicKey);
  if (!wrapped) return { state: "not-for-this-device" };
  try {
    const shared = concat(
      await agree(device.privateKey, ephemeral),
      await agree(device.privateKey, from),
    );
    const key = await wrappingKey(shared, ephemeral, from, device.publicKey);
    const messageKey = await decrypt(key, wrapped, await aboutKeys(place, commitment, body));
    // Whoever could be shown another text than the moderators would report in vain.
    if (!messageKey || !isSame(await derive(messageKey, COMMITMENT), commitment)) {
      return { state: "unsound" };
    }
    const padded = await decrypt(await derive(messageKey, BODY), body, written(place));
    const unpadded = padded && unpad(padded);
    if (!unpadded) return { state: "unsound" };
    const said = v.parse(saidSchema, JSON.parse(new TextDecoder().decode(unpadded)));
    return { state: "open", said, from, messageKey: toBase64Url(messageKey) };
  } catch {
    return { state: "unsound" };
  }
}

/** As the server writes it too, when it opens a reported message. */
function written({ matchId, messageId, authorId }: Place): Bytes {
  return utf8(`spotlight.cam chat/1\nmatch:${matchId}\n${messageId}\n${authorId}`);
}

/** What a wrapped key is bound to: no device that can read a message can put another text under it. */
async function aboutKeys(place: Place, commitment: Bytes, body: Bytes): Promise<Bytes> {
  return concat(written(place), commitment, await sha256(body));
}

function wrappingKey(shared: Bytes, ...publicKeys: readonly string[]): Promise<Bytes> {
  const raw = publicKeys.map((key) => fromBase64Url(key) ?? new Uint8Array());
  return derive(shared, concat(WRAP, ...raw));
}
