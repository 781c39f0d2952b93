import { classNames } from "../../components/class-names";
import { SafeText } from "../../components/SafeText";

interface BubbleProps {
  mine: boolean;
  /** Not with the server yet. */
  waiting?: boolean;
  children: string;
}

const SHAPE =
  "max-w-[min(34rem,calc(100vw-6.5rem))] whitespace-pre-line rounded [overflow-wrap:anywhere] px-3.5 py-2 lg:max-w-[34rem]";

export function Bubble({ mine, waiting = false, children }: BubbleProps) {
  return (
    <p
      className={classNames(
        SHAPE,
        mine ? "rounded-tr-sm bg-second/20" : "rounded-tl-sm bg-surface ring-1 ring-line/60",
        waiting && "border border-dashed border-control bg-transparent",
      )}
    >
      {children ? (
        <SafeText>{children}</SafeText>
      ) : (
        <em className="text-muted">Removed with the account that wrote it</em>
      )}
    </p>
  );
}

/** In place of a message: why there is nothing to read. */
export function UnreadableBubble({ mine, children }: { mine: boolean; children: string }) {
  return (
    <p
      className={classNames(
        SHAPE,
        "border border-dashed border-control italic text-muted",
        mine ? "rounded-tr-sm" : "rounded-tl-sm",
      )}
    >
      {children}
    </p>
  );
}
