import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api, unwrap } from "../../lib/api/client";
import { makePasskey, passkeysAreOffered, showPasskey, stopAsking } from "../../lib/passkeys";
import { keys } from "../../lib/query-keys";
import { useAuth } from "./AuthContext";

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

async function signIn(how?: { offered: boolean }) {
  const { ceremonyId, options } = await unwrap(api.POST("/api/auth/passkey/options"));
  const credential = await showPasskey(options, how);
  return unwrap(api.POST("/api/auth/passkey", { body: { ceremonyId, credential } }));
}

export function usePasskeySignIn() {
  const { signedIn } = useAuth();
  return useMutation({
    mutationFn: () => signIn(),
    onSuccess: ({ user }) => signedIn(user),
  });
}

/** While it is there, the browser offers passkeys where an address is typed. */
export function useOfferedPasskey() {
  const { signedIn } = useAuth();
  const welcome = useRef(signedIn);
  useEffect(() => {
    welcome.current = signedIn;
  });
  useEffect(() => {
    let gone = false;
    const offer = async () => {
      if (!(await passkeysAreOffered()) || gone) return;
      const { user } = await signIn({ offered: true });
      welcome.current(user);
    };
    // Nobody asked for it, so nobody is told that it came to nothing: the button is there.
    offer().catch(() => undefined);
    return () => {
      gone = true;
      stopAsking();
    };
  }, []);
}
