import { useMutation } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { useAuth } from "./AuthContext";

export function useRegister() {
  const { signedIn } = useAuth();
  return useMutation({
    mutationFn: (body: {
      username: string;
      email: string;
      password: string;
      captcha?: string | undefined;
    }) => unwrap(api.POST("/api/auth/register", { body })),
    onSuccess: ({ user }) => signedIn(user),
  });
}
