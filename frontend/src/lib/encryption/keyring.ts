/** What encrypting leaves on this device: its own key, whose keys it knows, and which rooms are encrypted. */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { makeDeviceKey, type DeviceKey } from "./keys";

interface KeyringSchema extends DBSchema {
  /** This browser's own key, for each person who signs in here. */
  identities: { key: string; value: DeviceKey & { me: string } };
  /** What this device knows of a person's devices; oneself among them. */
  people: { key: [me: string, person: string]; value: KnownPerson };
  /** Rooms that are encrypted, whatever the server says of them later. */
  rooms: { key: [me: string, matchId: string]; value: EncryptedRoom };
}

interface EncryptedRoom {
  me: string;
  matchId: string;
  /** Who the other one is: the server does not say it anew with each message. */
  partner: string;
}

export interface KnownPerson {
  me: string;
  person: string;
  /** Every key that was taken for theirs here, those out of use included. */
  known: string[];
  /** The safety number with them was compared, with these keys. */
  compared: boolean;
}

let opened: Promise<IDBPDatabase<KeyringSchema>> | undefined;

function keyring(): Promise<IDBPDatabase<KeyringSchema>> {
  opened ??= openDB<KeyringSchema>("spotlight-encryption", 1, {
    upgrade(database) {
      database.createObjectStore("identities", { keyPath: "me" });
      database.createObjectStore("people", { keyPath: ["me", "person"] });
      database.createObjectStore("rooms", { keyPath: ["me", "matchId"] });
    },
    terminated: () => (opened = undefined),
  });
  opened.catch(() => (opened = undefined));
  return opened;
}

/** This device's key, made the first time it is needed. */
export async function ownDevice(me: string): Promise<DeviceKey> {
  const database = await keyring();
  const kept = await database.get("identities", me);
  if (kept) return kept;
  const made = { ...(await makeDeviceKey()), me };
  // Another tab may have been faster: the first one stays.
  const { store, done } = database.transaction("identities", "readwrite");
  const first = await store.get(me);
  if (!first) await store.put(made);
  await done;
  return first ?? made;
}

export async function hasOwnDevice(me: string): Promise<boolean> {
  return (await (await keyring()).get("identities", me)) !== undefined;
}

/** For a key that was taken out of use; the next one is another. What was sent to it is not read any more. */
export async function forgetOwnDevice(me: string): Promise<void> {
  await (await keyring()).delete("identities", me);
}

export async function knownPerson(me: string, person: string): Promise<KnownPerson | undefined> {
  return (await keyring()).get("people", [me, person]);
}

export async function keepPerson(person: KnownPerson): Promise<void> {
  await (await keyring()).put("people", person);
}

export async function isEncryptedHere(me: string, matchId: string): Promise<boolean> {
  return (await (await keyring()).get("rooms", [me, matchId])) !== undefined;
}

export async function partnerIn(me: string, matchId: string): Promise<string> {
  const room = await (await keyring()).get("rooms", [me, matchId]);
  if (!room) throw new Error(`${matchId} is not encrypted here`);
  return room.partner;
}

export async function rememberEncrypted(room: EncryptedRoom): Promise<void> {
  await (await keyring()).put("rooms", room);
}
