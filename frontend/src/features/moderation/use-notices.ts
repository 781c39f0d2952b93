import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { keys } from "../../lib/query-keys";

/** They are rare, so they are asked for rather than pushed. */
const ASKED_EVERY_MS = 60_000;

export function useNotices() {
  return useQuery({
    queryKey: keys.notices,
    queryFn: ({ signal }) => unwrap(api.GET("/api/users/me/notices", { signal })),
    refetchInterval: ASKED_EVERY_MS,
  });
}
