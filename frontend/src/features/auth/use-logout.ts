import { useMutation } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { useAuth } from "./AuthContext";

export function useLogout() {
  const { signedOut } = useAuth();
  return useMutation({
    mutationFn: () => unwrap(api.POST("/api/auth/logout")),
    onSuccess: signedOut,
  });
}
