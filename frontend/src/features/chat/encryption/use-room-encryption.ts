import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";
import { api, unwrap } from "../../../lib/api/client";
import type { Match } from "../../../lib/api/types";
import { isEncryptedHere, knownPerson, rememberEncrypted } from "../../../lib/encryption/keyring";
import { canEncrypt } from "../../../lib/encryption/keys";
import { acceptDevices, compare, markCompared } from "../../../lib/encryption/known-devices";
import { safetyNumber } from "../../../lib/encryption/safety-number";
import { keys } from "../../../lib/query-keys";
import { usePush } from "../../../lib/SocketContext";
import { registeredDevice, roomDevices, type RoomDevices } from "./devices";

/** Another device of the partner is seen within this time, also where nobody writes. */
const LOOKED_EVERY_MS = 15_000;

export interface RoomView extends RoomDevices {
  /** Twelve groups of digits; none while the partner is signed in nowhere. */
  number: readonly string[] | undefined;
}

/** How far the two have come with encrypting what they write, and what this device knows about it. */
export function useRoomEncryption(match: Match, me: string) {
  const client = useQueryClient();
  const { id: matchId } = match;
  const { state } = match.encryption;
  const partner = match.partner.id;

  const supported = useQuery({
    queryKey: ["can-encrypt"],
    queryFn: canEncrypt,
    staleTime: Infinity,
    networkMode: "always",
  });
  const remembered = useQuery({
    queryKey: keys.encryptedHere(matchId),
    queryFn: () => isEncryptedHere(me, matchId),
    staleTime: Infinity,
    networkMode: "always",
  });
  // Once on, always on: that the server says otherwise later is no reason to write in clear.
  const on = state === "on" || remembered.data === true;
  const remember = useCallback(async () => {
    await rememberEncrypted({ me, matchId, partner });
    client.setQueryData(keys.encryptedHere(matchId), true);
  }, [client, me, matchId, partner]);
  useEffect(() => {
    if (state === "on") void remember();
  }, [state, remember]);
  // At once, however long the match takes to be read anew: what is typed now is not sent in clear.
  usePush("encryption_agreed", (agreed) => {
    if (agreed.matchId === matchId) void remember();
  });

  const devices = useQuery({
    queryKey: keys.matchDevices(matchId),
    queryFn: async (): Promise<RoomView> => {
      const seen = await roomDevices(me, partner, matchId);
      return { ...seen, number: await numberOf(me, partner, seen) };
    },
    enabled: supported.data === true && (on || state === "offered"),
    refetchInterval: LOOKED_EVERY_MS,
    refetchOnWindowFocus: "always",
    staleTime: 0,
  });
  // The keys that were seen before: what the server does not tell now makes nobody else of anybody.
  const before = useQuery({
    queryKey: ["devices-before", matchId],
    queryFn: async () => ({
      mine: compare(await knownPerson(me, me), []),
      theirs: compare(await knownPerson(me, partner), []),
    }),
    staleTime: Infinity,
    networkMode: "always",
  });
  const strangers = before.data?.theirs.known.length === 0 && !devices.isError;
  const look = () => client.invalidateQueries({ queryKey: keys.matchDevices(matchId) });

  const ask = useMutation({
    mutationFn: async () => {
      // First the key, so that the other finds somebody to write to.
      await registeredDevice(me);
      return unwrap(
        api.POST("/api/matches/{id}/encryption", { params: { path: { id: matchId } } }),
      );
    },
    onSuccess: async (answer) => {
      if (answer.encryption.state === "on") await remember();
      await client.invalidateQueries({ queryKey: keys.matches });
    },
  });
  const accept = useMutation({
    mutationFn: async ({ mine, theirs }: RoomView) => {
      await acceptDevices(me, me, mine);
      await acceptDevices(me, partner, theirs);
    },
    onSettled: look,
    networkMode: "always",
  });
  const compared = useMutation({
    mutationFn: async ({ mine, theirs }: RoomView) => {
      await acceptDevices(me, me, mine);
      await markCompared(me, partner, theirs);
    },
    onSettled: look,
    networkMode: "always",
  });
  const remove = useMutation({
    mutationFn: (id: string) =>
      unwrap(api.DELETE("/api/users/me/devices/{id}", { params: { path: { id } } })),
    onSettled: look,
  });

  return {
    on,
    /** The server says that it is off, and this device knows better. */
    denied: state === "off" && remembered.data === true,
    offeredByMe: state === "offered" && match.encryption.offeredBy === me,
    offeredByPartner: state === "offered" && match.encryption.offeredBy !== me,
    supported: supported.data,
    devices,
    /** Whose devices are whose, as far as it is known; none while it is being asked. */
    whose: devices.data ?? (strangers ? undefined : before.data),
    ask,
    accept,
    compared,
    remove,
  };
}

export type RoomEncryption = ReturnType<typeof useRoomEncryption>;

async function numberOf(me: string, partner: string, { mine, theirs }: RoomDevices) {
  if (theirs.current.length === 0) return undefined;
  return safetyNumber(
    { userId: me, publicKeys: mine.current },
    { userId: partner, publicKeys: theirs.current },
  );
}
