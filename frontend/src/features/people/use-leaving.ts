import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { keys } from "../../lib/query-keys";

/** Asks for one's account to be erased, which happens after some days. */
export function useEraseAccount() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (password: string) => unwrap(api.DELETE("/api/users/me", { body: { password } })),
    onSuccess: (user) => client.setQueryData(keys.me, user),
  });
}

/** Takes that back. */
export function useKeepAccount() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.POST("/api/users/me/keep")),
    onSuccess: (user) => client.setQueryData(keys.me, user),
  });
}
