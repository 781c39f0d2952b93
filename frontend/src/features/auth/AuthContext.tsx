/** Who is signed in on this device. The session itself is a cookie no script can read; this is what the server says of it. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, use, useCallback, useEffect, useMemo } from "react";
import type { ReactNode } from "react";
import { api, unwrap } from "../../lib/api/client";
import { Problem } from "../../lib/api/problem";
import type { User } from "../../lib/api/types";
import { keys } from "../../lib/query-keys";
import { keepMe, keptMe } from "./kept-me";

export type AuthState =
  | { status: "loading" }
  | { status: "unreachable"; error: Error; busy: boolean; retry: () => void }
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

/** How often the server is asked again while it cannot be reached. */
const ASKED_AGAIN_MS = 5_000;

export function AuthProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const { data, error, errorUpdateCount, isFetching, refetch } = useQuery({
    queryKey: keys.me,
    queryFn: readMe,
    // Offline the app opens as it was left; what is kept is old, so it is read again at once.
    initialData: keptMe,
    initialDataUpdatedAt: 0,
    refetchInterval: ({ state }) => state.status === "error" && ASKED_AGAIN_MS,
    staleTime: 5 * 60_000,
    // Who comes back from their mail may have confirmed their address there.
    refetchOnWindowFocus: ({ state }) => (state.data?.emailVerified === false ? "always" : true),
    retry: 1,
  });
  const failed = errorUpdateCount > 0;
  const busy = data === undefined && isFetching;
  const state = useMemo<AuthState>(() => {
    if (data) return { status: "signed-in", user: data };
    if (data === null) return { status: "signed-out" };
    if (!failed) return { status: "loading" };
    // Asked again, a query that has nothing forgets why.
    const why = error ?? Problem.offline();
    return { status: "unreachable", error: why, busy, retry: () => void refetch() };
  }, [data, error, failed, busy, refetch]);

  useEffect(() => {
    if (data !== undefined) keepMe(data);
  }, [data]);

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
      state,
      signedIn: tell,
      signedOut: () => tell(null),
    };
  }, [state, become]);

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
