import { useMutation } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import type { ReportReason } from "../../lib/api/types";

export interface NewReport {
  reportedUserId: string;
  reason: ReportReason;
  details: string | null;
  matchId: string | null;
  messageId: string | null;
  /** Reveals an encrypted message. */
  messageKey: string | null;
}

export function useReport() {
  return useMutation({
    mutationFn: (body: NewReport) => unwrap(api.POST("/api/reports", { body })),
  });
}
