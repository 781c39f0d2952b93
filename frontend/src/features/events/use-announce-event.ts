import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "../../lib/api/client";
import { Problem } from "../../lib/api/problem";
import { keys } from "../../lib/query-keys";
import { uuidV7 } from "../../lib/uuid-v7";

export interface Announcement {
  name: string;
  location: string;
  startDate: string;
  endDate: string;
  worldsdcId: string | null;
  description: string | null;
}

/** One form, one key: pressing again after a lost answer does not announce the same event twice. */
export function useAnnounceEvent() {
  const client = useQueryClient();
  const [idempotencyKey, setIdempotencyKey] = useState(() => uuidV7());
  return useMutation({
    mutationFn: (body: Announcement) =>
      unwrap(
        api.POST("/api/events", {
          body,
          params: { header: { "idempotency-key": idempotencyKey } },
        }),
      ),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.events }),
    onError: (error) => {
      // A refused announcement will be mended, and then it is another one; a lost answer is still this one.
      if (!(error instanceof Problem) || error.code !== "offline") setIdempotencyKey(uuidV7());
    },
  });
}
