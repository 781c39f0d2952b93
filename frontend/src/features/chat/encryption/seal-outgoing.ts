import { isEncryptedHere, partnerIn } from "../../../lib/encryption/keyring";
import { recipients } from "../../../lib/encryption/known-devices";
import { sealMessage } from "../../../lib/encryption/message";
import type { Outgoing } from "../outbox-store";
import { roomDevices } from "./devices";

/** The envelope to send in place of a message; undefined where its room is not encrypted. */
export async function sealOutgoing(me: string, entry: Outgoing): Promise<string | undefined> {
  const { id: messageId, room, content, type } = entry;
  if (room.kind !== "private" || !(await isEncryptedHere(me, room.matchId))) return undefined;
  const { matchId } = room;
  const partner = await partnerIn(me, matchId);
  const { own, mine, theirs } = await roomDevices(me, partner, matchId);
  const forThem = recipients(theirs, theirs.compared);
  if (forThem.length === 0) throw new Error(nobodyToReadIt(theirs.current.length));
  const devices = [...recipients(mine, theirs.compared), ...forThem];
  const place = { matchId, messageId, authorId: me };
  return sealMessage({ type, content }, place, own, devices);
}

function nobodyToReadIt(devices: number): string {
  return devices > 0
    ? "your partner has a new device. Look at the notice above first."
    : "your partner is signed in nowhere, so there is no device to encrypt it for. Try again when they are back.";
}
