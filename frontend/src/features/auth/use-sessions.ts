import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { keys } from "../../lib/query-keys";

/** Where one is signed in. */
export function useSessions() {
  return useQuery({
    queryKey: keys.sessions,
    queryFn: () => unwrap(api.GET("/api/users/me/sessions")),
    select: ({ items }) => items,
    // Whoever looks suspects something: what was seen a minute ago is no answer.
    staleTime: 0,
  });
}

/** Signs out on one other device. */
export function useSignOutThere() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(api.DELETE("/api/users/me/sessions/{id}", { params: { path: { id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: keys.sessions }),
  });
}

/** Signs out on all of them. */
export function useSignOutElsewhere() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.DELETE("/api/users/me/sessions")),
    onSettled: () => client.invalidateQueries({ queryKey: keys.sessions }),
  });
}
