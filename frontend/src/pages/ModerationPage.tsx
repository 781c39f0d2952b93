import { PageTitle } from "../components/PageHeader";
import { ReportQueue } from "../features/moderation/ReportQueue";

/** Where moderators find what people reported. */
export function ModerationPage() {
  return (
    <>
      <PageTitle>Moderation</PageTitle>
      <ReportQueue />
    </>
  );
}
