import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import type { DanceRole } from "../../lib/api/types";
import { keys } from "../../lib/query-keys";

export interface ProfileChange {
  username: string;
  country: string | null;
  bio: string | null;
  danceRole: DanceRole | null;
  socialLinks: string[];
  wsdcNumber: number | null;
}

export function useUpdateProfile() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: ProfileChange) => unwrap(api.PATCH("/api/users/me", { body })),
    onSuccess: (user) => {
      client.setQueryData(keys.me, user);
      void client.invalidateQueries({ queryKey: ["person"] });
      void client.invalidateQueries({ queryKey: ["participants"] });
    },
  });
}
