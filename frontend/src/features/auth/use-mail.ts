import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { keys } from "../../lib/query-keys";

/** Confirms an address: by the mail's link, or by its PIN. */
export function useVerifyEmail() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { token: string } | { email: string; pin: string }) =>
      unwrap(api.POST("/api/auth/verify-email", { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.me }),
  });
}

export function useForgotPassword() {
  return useMutation({
    mutationFn: (body: { email: string; captcha?: string | undefined }) =>
      unwrap(api.POST("/api/auth/forgot-password", { body })),
  });
}

export function useResendVerification() {
  return useMutation({
    mutationFn: (body: { email: string }) =>
      unwrap(api.POST("/api/auth/resend-verification", { body })),
  });
}

export function useResetPassword() {
  return useMutation({
    mutationFn: (body: { token: string; password: string }) =>
      unwrap(api.POST("/api/auth/reset-password", { body })),
  });
}

/** Of the person signed in; their other sessions end. */
export function useChangePassword() {
  return useMutation({
    mutationFn: (body: { current: string; password: string }) =>
      unwrap(api.POST("/api/users/me/password", { body })),
  });
}

/** The token a mail's link brings: behind the hash, so that no server's log ever holds it. */
export function tokenOf(hash: string): string | undefined {
  return new URLSearchParams(hash.replace(/^#/, "")).get("token") ?? undefined;
}
