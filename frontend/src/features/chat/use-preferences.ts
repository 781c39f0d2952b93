import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import type { components } from "../../lib/api/schema";
import { keys } from "../../lib/query-keys";

export type Preferences = components["schemas"]["ReadingPreferences"];

/** What one shows of oneself while reading along, and wants to be told. */
export function usePreferences() {
  return useQuery({
    queryKey: keys.preferences,
    queryFn: ({ signal }) => unwrap(api.GET("/api/users/me/preferences", { signal })),
    staleTime: Infinity,
  });
}

/** A switch moves at once, and back if the server did not take it. */
export function usePrefer() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: Partial<Preferences>) =>
      unwrap(api.PATCH("/api/users/me/preferences", { body: change })),
    onMutate: (change) => {
      const before = client.getQueryData<Preferences>(keys.preferences);
      if (before) client.setQueryData<Preferences>(keys.preferences, { ...before, ...change });
      return { before };
    },
    onError: (_error, _change, context) => {
      client.setQueryData(keys.preferences, context?.before);
    },
    onSuccess: (now) => {
      client.setQueryData(keys.preferences, now);
      void client.invalidateQueries({ queryKey: keys.unread });
    },
  });
}
