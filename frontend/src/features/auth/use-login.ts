import { useMutation } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { useAuth } from "./AuthContext";

export function useLogin() {
  const { signedIn } = useAuth();
  return useMutation({
    mutationFn: (body: { email: string; password: string }) =>
      unwrap(api.POST("/api/auth/login", { body })),
    onSuccess: ({ user }) => signedIn(user),
  });
}
