import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api, unwrap } from "../../lib/api/client";
import { makePasskey, passkeysAreOffered, showPasskey, stopAsking } from "../../lib/passkeys";
import { keys } from "../../lib/query-keys";
import { useAuth } from "./AuthContext";

type Timer = ReturnType<typeof setTimeout>;

/** Those that sign one in. */
export function usePasskeys() {
  return useQuery({
    queryKey: keys.passkeys,
    queryFn: () => unwrap(api.GET("/api/users/me/passkeys")),
    select: ({ items }) => items,
    staleTime: 0,
  });
}

export function useAddPasskey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ password, name }: { password: string; name: string }) => {
      const { ceremonyId, options } = await unwrap(
        api.POST("/api/users/me/passkeys/options", { body: { password } }),
      );
      const credential = await makePasskey(options);
      const body = { ceremonyId, name, credential };
      return unwrap(api.POST("/api/users/me/passkeys", { body }));
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.passkeys }),
  });
}

export function useRemovePasskey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(api.DELETE("/api/users/me/passkeys/{id}", { params: { path: { id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: keys.passkeys }),
  });
}

/** A ceremony is good for five minutes; one that waits for its person is begun anew before. */
const OFFERED_ANEW_MS = 4 * 60_000;

const beginSignIn = () => unwrap(api.POST("/api/auth/passkey/options"));

const finishSignIn = (ceremonyId: string, credential: Record<string, unknown>) =>
  unwrap(api.POST("/api/auth/passkey", { body: { ceremonyId, credential } }));

async function signIn() {
  const { ceremonyId, options } = await beginSignIn();
  return finishSignIn(ceremonyId, await showPasskey(options));
}

export function usePasskeySignIn() {
  const { signedIn } = useAuth();
  return useMutation({
    mutationFn: () => signIn(),
    onSuccess: ({ user }) => signedIn(user),
  });
}

/** While it is there, the browser offers passkeys where an address is typed. Answers why the last one was refused. */
export function useOfferedPasskey(): Error | null {
  const { signedIn } = useAuth();
  const [refusal, setRefusal] = useState<Error | null>(null);
  const welcome = useRef(signedIn);
  useEffect(() => {
    welcome.current = signedIn;
  });
  useEffect(() => {
    let gone = false;
    const isGone = () => gone;
    let renewal: Timer;
    const offer = async (renewed: Timer) => {
      if (!(await passkeysAreOffered()) || isGone()) return;
      const { ceremonyId, options } = await beginSignIn();
      if (isGone()) return;
      // Chosen, or given up for the button: neither is to be disturbed by another offer.
      const credential = await showPasskey(options, { offered: true }).finally(() => {
        clearTimeout(renewed);
      });
      await finishSignIn(ceremonyId, credential).then(
        ({ user }) => welcome.current(user),
        (error: unknown) => {
          if (isGone()) return;
          setRefusal(error instanceof Error ? error : new Error(String(error)));
          begin();
        },
      );
    };
    const begin = () => {
      renewal = setTimeout(begin, OFFERED_ANEW_MS);
      // Until a passkey was chosen nobody asked for anything, so nobody is told: the button is there.
      offer(renewal).catch(() => undefined);
    };
    begin();
    return () => {
      gone = true;
      clearTimeout(renewal);
      stopAsking();
    };
  }, []);
  return refusal;
}
