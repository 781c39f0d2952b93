import { useMutation } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";

/** Confirms an address: by the mail's link, or by its PIN. */
export function useVerifyEmail() {
  return useMutation({
    mutationFn: (body: { token: string } | { email: string; pin: string }) =>
      unwrap(api.POST("/api/auth/verify-email", { body })),
  });
}

export function useForgotPassword() {
  return useMutation({
    mutationFn: (body: { email: string }) =>
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

/** The token a mail's link brings: behind the hash, so that no server's log ever holds it. */
export function tokenOf(hash: string): string | undefined {
  return new URLSearchParams(hash.replace(/^#/, "")).get("token") ?? undefined;
}
