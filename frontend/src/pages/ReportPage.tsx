import { useParams } from "react-router";
import { ErrorState } from "../components/EmptyState";
import { PageTitle } from "../components/PageHeader";
import { RowsSkeleton } from "../components/Skeleton";
import { ReportView } from "../features/moderation/ReportView";
import { useReport } from "../features/moderation/use-reports";

/** One report, for moderators. */
export function ReportPage() {
  const { id = "" } = useParams();
  const report = useReport(id);
  if (report.isPending) return <RowsSkeleton label="Loading the report" />;
  if (report.isLoadingError) {
    return <ErrorState error={report.error} onRetry={() => void report.refetch()} />;
  }
  return (
    <>
      <PageTitle>{`Report about ${report.data.reported.username}`}</PageTitle>
      <ReportView key={id} report={report.data} />
    </>
  );
}
