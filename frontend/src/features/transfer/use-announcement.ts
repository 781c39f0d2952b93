import { useEffect, useRef, useState } from "react";
import type { Transfer } from "../../lib/transfer/handover";
import { progressOf, stateInWords } from "./wording";

/** A quarter at a time: someone who listens wants to know that it moves, not to hear nothing else. */
const STEPS = 4;

/** What a screen reader is told about the transfers, whenever it is worth a sentence. */
export function useAnnouncement(transfers: readonly Transfer[], partner: string): string {
  const [said, setSaid] = useState("");
  const heard = useRef(new Map<string, string>());
  useEffect(() => {
    for (const transfer of transfers) {
      const { id, state, offer } = transfer;
      const step = Math.floor(progressOf(state, offer.size) * STEPS);
      const news = `${state.phase} ${step}`;
      if (heard.current.get(id) === news) continue;
      heard.current.set(id, news);
      setSaid(
        state.phase === "moving"
          ? `${offer.name}: ${(100 / STEPS) * step} percent`
          : `${offer.name}: ${stateInWords(transfer, partner)}`,
      );
    }
  }, [transfers, partner]);
  return said;
}
