import { PageTitle } from "../components/PageHeader";
import { TransferNumbers } from "../features/statistics/TransferNumbers";

/** For admins: whether people get their videos. */
export function StatisticsPage() {
  return (
    <>
      <PageTitle>Statistics</PageTitle>
      <TransferNumbers />
    </>
  );
}
