import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { keys } from "../../lib/query-keys";

/** Has a link and a PIN sent to the address that is to become one's own. */
export function useAskToChangeEmail() {
  return useMutation({
    mutationFn: (body: { email: string; password: string }) =>
      unwrap(api.POST("/api/users/me/email", { body })),
  });
}

/** Makes it one's own, by that PIN. */
export function useConfirmNewEmail() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { pin: string }) =>
      unwrap(api.POST("/api/users/me/email/confirm", { body })),
    onSuccess: (user) => client.setQueryData(keys.me, user),
  });
}
