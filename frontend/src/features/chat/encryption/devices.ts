/** This device among those of the two people of a match. */
import { api, unwrap } from "../../../lib/api/client";
import { Problem } from "../../../lib/api/problem";
import { forgetOwnDevice, hasOwnDevice, ownDevice } from "../../../lib/encryption/keyring";
import type { DeviceKey } from "../../../lib/encryption/keys";
import { seeDevices, trustDevice, type SeenDevices } from "../../../lib/encryption/known-devices";

const registrations = new Map<string, Promise<DeviceKey>>();

/** This browser's key, known to the server as that of this session. Told once in the life of a page. */
export function registeredDevice(me: string): Promise<DeviceKey> {
  let registration = registrations.get(me);
  if (!registration) {
    registration = register(me);
    registration.catch(() => registrations.delete(me));
    registrations.set(me, registration);
  }
  return registration;
}

/** Signing in again is another session, which is told of the key that this browser has for the person. */
export async function signedInAgain(me: string): Promise<void> {
  registrations.delete(me);
  if (await hasOwnDevice(me)) await registeredDevice(me);
}

async function register(me: string): Promise<DeviceKey> {
  const device = await ownDevice(me);
  try {
    await put(device);
    return device;
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "illegal_transition") throw error;
    // It was taken out of use. Another key is another device, and is shown as such.
    await forgetOwnDevice(me);
    const another = await ownDevice(me);
    await put(another);
    return another;
  }
}

function put({ publicKey: id }: DeviceKey): Promise<unknown> {
  return unwrap(api.PUT("/api/users/me/devices/{id}", { params: { path: { id } } }));
}

export interface RoomDevices {
  own: DeviceKey;
  mine: SeenDevices;
  theirs: SeenDevices;
}

/** Asked before every message: nothing is written for a device that is signed out. */
export async function roomDevices(
  me: string,
  partner: string,
  matchId: string,
): Promise<RoomDevices> {
  const own = await registeredDevice(me);
  const { items } = await unwrap(
    api.GET("/api/matches/{id}/devices", { params: { path: { id: matchId } } }),
  );
  const keysOf = (person: string) =>
    items.filter(({ userId }) => userId === person).map(({ publicKey }) => publicKey);
  // Of this device the server need say nothing.
  const others = keysOf(me).filter((key) => key !== own.publicKey);
  await trustDevice(me, me, own.publicKey);
  return {
    own,
    mine: await seeDevices(me, me, [own.publicKey, ...others]),
    theirs: await seeDevices(me, partner, keysOf(partner)),
  };
}
