import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import type { ReportOutcome } from "../../lib/api/types";
import { keys } from "../../lib/query-keys";

/** What moderators do; afterwards all that is shown of reports is read anew. */
function useAct<Input>(act: (input: Input) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: () => client.invalidateQueries({ queryKey: keys.reports }),
  });
}

export function useWarn(userId: string) {
  return useAct((warning: string) =>
    unwrap(
      api.POST("/api/users/{id}/warnings", {
        params: { path: { id: userId } },
        body: { warning },
      }),
    ),
  );
}

export interface NewSuspension {
  reason: string;
  /** Null until it is lifted. */
  until: string | null;
}

export function useSuspend(userId: string) {
  return useAct((body: NewSuspension) =>
    unwrap(api.POST("/api/users/{id}/suspension", { params: { path: { id: userId } }, body })),
  );
}

export function useLift(userId: string) {
  return useAct(() =>
    unwrap(api.DELETE("/api/users/{id}/suspension", { params: { path: { id: userId } } })),
  );
}

export function useCloseReport(id: string) {
  return useAct((closing: { resolution: string; outcome: ReportOutcome }) =>
    unwrap(
      api.PATCH("/api/reports/{id}", {
        params: { path: { id } },
        body: { status: "resolved", ...closing },
      }),
    ),
  );
}
