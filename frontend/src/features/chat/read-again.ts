import type { QueryClient } from "@tanstack/react-query";
import { keys } from "../../lib/query-keys";
import type { Room } from "../../lib/socket-rooms";
import { roomKey } from "./room-key";

/** Reads a room anew of which something was said unheard. */
export async function readAgain(client: QueryClient, room: Room): Promise<void> {
  const queryKey = keys.messages(roomKey(room));
  // A first reading began too early, and is not begun anew by being out of date: it comes in first.
  await client
    .getQueryCache()
    .find({ queryKey })
    ?.promise?.catch(() => undefined);
  await client.invalidateQueries({ queryKey });
}
