import { useEffect, useState } from "react";
import { storedRecords } from "../../lib/keeping/stored-records";

/** Whether an earlier page left a received video of this match in this browser; looked up only where `asked`. */
export function useKeepsReceived(
  { matchId, me }: { matchId: string; me: string },
  asked: boolean,
): boolean {
  const [keeps, setKeeps] = useState(false);
  useEffect(() => {
    if (!asked) return;
    let gone = false;
    storedRecords({ matchId, me })
      .all()
      .then(
        (records) => {
          const here = records.some(({ direction, saved }) => direction === "received" && !saved);
          if (!gone) setKeeps(here);
        },
        (cause: unknown) => console.warn("what is kept here could not be looked up", cause),
      );
    return () => {
      gone = true;
    };
  }, [matchId, me, asked]);
  return keeps;
}
