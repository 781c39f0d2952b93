import type { Transfer } from "../../lib/transfer/handover";

/** Below this nobody minds what it costs. */
const WITHOUT_ASKING_BYTES = 200 * 1000 * 1000;

/** Whether so much is still to be sent that the person is asked before it goes through a relay. */
export function needsConsent({ direction, offer, state }: Transfer): boolean {
  return (
    direction === "sent" &&
    state.phase === "moving" &&
    offer.size - state.bytes > WITHOUT_ASKING_BYTES
  );
}
