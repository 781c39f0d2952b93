import { useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import type { User } from "../../lib/api/types";
import { keys } from "../../lib/query-keys";
import { shrunk } from "./shrink-picture";

export function usePutPicture() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (file: File) => {
      const picture = await shrunk(file);
      return unwrap(
        api.PUT("/api/users/me/avatar", {
          // The body is the picture; to a schema, bytes are a kind of text.
          body: picture as unknown as string,
          bodySerializer: () => picture,
          headers: { "Content-Type": picture.type },
        }),
      );
    },
    onSuccess: (user) => show(client, user),
  });
}

export function useRemovePicture() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.DELETE("/api/users/me/avatar", {})),
    onSuccess: (user) => show(client, user),
  });
}

function show(client: QueryClient, user: User): void {
  client.setQueryData(keys.me, user);
  void client.invalidateQueries({ queryKey: ["person"] });
  void client.invalidateQueries({ queryKey: ["participants"] });
}
