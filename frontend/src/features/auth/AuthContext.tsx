/** Who is signed in on this device. The session itself is a cookie no script can read; this is what the server says of it. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, use, useCallback, useEffect, useMemo } from "react";
import type { ReactNode } from "react";
import { api, unwrap } from "../../lib/api/client";
import { Problem } from "../../lib/api/problem";
import type { User } from "../../lib/api/types";
import { keys } from "../../lib/query-keys";

export type AuthState =
  | { status: "loading" }
  | { status: "unreachable"; error: Error; retry: () => void }
  | { status: "signed-out" }
  | { status: "signed-in"; user: User };

interface Auth {
  state: AuthState;
  signedIn: (user: User) => void;
  /** Forgets everything read as this person; the session is ended by `useLogout`. */
  signedOut: () => void;
}

const AuthContext = createContext<Auth | undefined>(undefined);

/** Another tab of this browser signed in or out; cookies are shared, caches are not. */
const channel = "spotlight.auth";

export function AuthProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: keys.me,
    queryFn: readMe,
    staleTime: 5 * 60_000,
    // Who comes back from their mail may have confirmed their address there.
    refetchOnWindowFocus: ({ state }) => (state.data?.emailVerified === false ? "always" : true),
    retry: 1,
  });

  const become = useCallback(
    (user: User | null) => {
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.me[0] });
      client.setQueryData(keys.me, user);
    },
    [client],
  );

  useEffect(() => {
    const others = new BroadcastChannel(channel);
    others.onmessage = () => {
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.me[0] });
      void client.invalidateQueries({ queryKey: keys.me });
    };
    return () => others.close();
  }, [client]);

  const auth = useMemo<Auth>(() => {
    const tell = (user: User | null) => {
      become(user);
      const others = new BroadcastChannel(channel);
      others.postMessage("changed");
      others.close();
    };
    return {
      state: stateOf(data, error, () => void refetch()),
      signedIn: tell,
      signedOut: () => tell(null),
    };
  }, [data, error, refetch, become]);

  return <AuthContext value={auth}>{children}</AuthContext>;
}

export function useAuth(): Auth {
  const auth = use(AuthContext);
  if (!auth) throw new Error("useAuth is used outside of AuthProvider");
  return auth;
}

/** The person signed in; only for pages that nobody else reaches. */
export function useMe(): User {
  const { state } = useAuth();
  if (state.status !== "signed-in") throw new Error("useMe is used where nobody is signed in");
  return state.user;
}

async function readMe(): Promise<User | null> {
  try {
    return await unwrap(api.GET("/api/users/me"));
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return null;
    throw error;
  }
}

function stateOf(user: User | null | undefined, error: Error | null, retry: () => void): AuthState {
  if (user) return { status: "signed-in", user };
  if (user === null) return { status: "signed-out" };
  return error ? { status: "unreachable", error, retry } : { status: "loading" };
}
