import { ChartColumn } from "lucide-react";
import { useState } from "react";
import { EmptyState, ErrorState } from "../../components/EmptyState";
import { SelectField } from "../../components/Field";
import { RowsSkeleton } from "../../components/Skeleton";
import type { TransferStatistics } from "../../lib/api/types";
import { lastDays, SPANS } from "./days";
import { Kinds } from "./Kinds";
import { OutcomesByDay } from "./OutcomesByDay";
import { SpeedByDay } from "./SpeedByDay";
import { Summary } from "./Summary";
import { useTransferStatistics } from "./use-transfer-statistics";

/** How handing videos over goes, on the days one chooses. */
export function TransferNumbers() {
  const [span, setSpan] = useState<number>(30);
  const statistics = useTransferStatistics(lastDays(span));
  return (
    <>
      <SelectField
        label="Days"
        value={span}
        onChange={(event) => setSpan(Number(event.target.value))}
      >
        {SPANS.map(({ days, words }) => (
          <option key={days} value={days}>
            {words}
          </option>
        ))}
      </SelectField>
      {statistics.isPending ? (
        <RowsSkeleton label="Counting" rows={6} />
      ) : statistics.isLoadingError ? (
        <ErrorState error={statistics.error} onRetry={() => void statistics.refetch()} />
      ) : statistics.data.total.reports === 0 ? (
        <EmptyState icon={ChartColumn} title="Nothing was handed over">
          Each end reports how a video went. What they report on these days will be counted here.
        </EmptyState>
      ) : (
        <Numbers statistics={statistics.data} />
      )}
    </>
  );
}

function Numbers({ statistics: { total, days } }: { statistics: TransferStatistics }) {
  return (
    <>
      <Summary total={total} />
      <OutcomesByDay days={days} />
      <SpeedByDay days={days} />
      <Kinds
        title="Paths"
        note="How the two browsers reached each other."
        kinds={total.paths}
        none="No connection"
      />
      <Kinds
        title="Reasons"
        note="Why videos failed or were cancelled."
        kinds={total.reasons}
        none="Not told"
        mayComplete={false}
      />
      <Kinds
        title="Browsers"
        note="What those who report use."
        kinds={total.browsers}
        none="Not told"
      />
    </>
  );
}
