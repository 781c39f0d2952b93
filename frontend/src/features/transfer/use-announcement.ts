import { useEffect, useRef, useState } from "react";
import type { Transfer } from "../../lib/transfer/handover";
import type { HandoverView } from "./handover-store";
import { progressOf, relayInWords, stateInWords } from "./wording";

/** A quarter at a time: someone who listens wants to know that it moves, not to hear nothing else. */
const STEPS = 4;

/** What a screen reader is told about the transfers, whenever something is worth a sentence: all of it at once. */
export function useAnnouncement(view: HandoverView, partner: string): readonly string[] {
  const [said, setSaid] = useState<readonly string[]>([]);
  const heard = useRef(new Map<string, string>());
  const { transfers, overRelay } = view;
  useEffect(() => {
    const news = transfers
      .map((transfer) => ({ id: transfer.id, ...newsOf(transfer, overRelay, partner) }))
      .filter(({ id, mark }) => heard.current.get(id) !== mark);
    if (news.length === 0) return;
    for (const { id, mark } of news) heard.current.set(id, mark);
    setSaid(news.map(({ words }) => words));
  }, [transfers, overRelay, partner]);
  return said;
}

/** `mark` stays the same for as long as there is nothing new. */
function newsOf(transfer: Transfer, overRelay: ReadonlySet<string>, partner: string) {
  const { id, state, offer } = transfer;
  if (overRelay.has(id)) {
    return { mark: "relay", words: `${offer.name}: ${relayInWords(transfer, partner)}` };
  }
  const step = Math.floor(progressOf(state, offer.size) * STEPS);
  const words =
    state.phase === "moving" ? `${(100 / STEPS) * step} percent` : stateInWords(transfer, partner);
  return { mark: `${state.phase} ${step}`, words: `${offer.name}: ${words}` };
}
