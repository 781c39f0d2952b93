/**
 * Which of a person's devices are taken for theirs. The server says which there are, and could add one of
 * its own: so a device that was not there before is shown, and once two people have compared their safety
 * number, nothing is written for a new one until it is accepted.
 */
import { keepPerson, knownPerson, type KnownPerson } from "./keyring";

export interface SeenDevices {
  /** What the server says they use now. */
  current: readonly string[];
  /** Those of them that were not there before. */
  fresh: readonly string[];
  /** All that were ever taken for theirs here. */
  known: readonly string[];
  /** The safety number was compared, before the fresh ones came. */
  compared: boolean;
}

/** Compares what the server says with what is known here. What is seen first is believed. */
export async function seeDevices(
  me: string,
  person: string,
  current: readonly string[],
): Promise<SeenDevices> {
  const kept = await knownPerson(me, person);
  if (!kept && current.length > 0) {
    await keepPerson({ me, person, known: [...current], compared: false });
  }
  return compare(kept, current);
}

/** For what needs no telling, as the device that one holds; the person's others are still to be seen. */
export async function trustDevice(me: string, person: string, device: string): Promise<void> {
  const kept = await knownPerson(me, person);
  if (!kept || kept.known.includes(device)) return;
  await keepPerson({ ...kept, known: [...kept.known, device] });
}

/** Whether what comes from `device` is taken for theirs: a new one's words only before any comparing. */
export function speaksFor(
  { known, compared, current }: Pick<SeenDevices, "known" | "compared" | "current">,
  device: string,
): boolean {
  return known.includes(device) || (!compared && current.includes(device));
}

export function compare(
  kept: Pick<KnownPerson, "known" | "compared"> | undefined,
  current: readonly string[],
): SeenDevices {
  const known = kept?.known ?? current;
  const fresh = current.filter((device) => !known.includes(device));
  return { current, fresh, known, compared: kept?.compared ?? false };
}

/** Whether it holds now that the number was compared. */
export function isVerified({ compared, fresh }: SeenDevices): boolean {
  return compared && fresh.length === 0;
}

/** Takes the fresh ones for theirs; with them, the number is another than the one compared. */
export async function acceptDevices(me: string, person: string, seen: SeenDevices): Promise<void> {
  const compared = isVerified(seen);
  await keepPerson({ me, person, known: [...seen.known, ...seen.fresh], compared });
}

/** The number that was compared is that of the devices seen here. */
export async function markCompared(me: string, person: string, seen: SeenDevices): Promise<void> {
  await keepPerson({ me, person, known: [...seen.known, ...seen.fresh], compared: true });
}

/** The devices to write for: fresh ones only where no number was compared. */
export function recipients({ current, fresh }: SeenDevices, compared: boolean): string[] {
  return current.filter((device) => !compared || !fresh.includes(device));
}
