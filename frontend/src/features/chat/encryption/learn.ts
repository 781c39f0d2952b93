import { api, unwrap } from "../../../lib/api/client";
import { rememberEncrypted } from "../../../lib/encryption/keyring";
import type { Room } from "../../../lib/socket-rooms";

/** The room is encrypted, which this device did not know yet. */
export async function learnThatEncrypted(me: string, room: Room): Promise<void> {
  if (room.kind !== "private") return;
  const { matchId } = room;
  const { partner } = await unwrap(
    api.GET("/api/matches/{id}", { params: { path: { id: matchId } } }),
  );
  await rememberEncrypted({ me, matchId, partner: partner.id });
}
