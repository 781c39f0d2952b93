import { useNavigate } from "react-router";
import { PageTitle } from "../components/PageHeader";
import { FindMatch } from "../features/audit/FindMatch";
import { LogBrowser } from "../features/audit/LogBrowser";

/** Where auditors start: a match they were told of, or the log itself. */
export function AuditPage() {
  const navigate = useNavigate();
  return (
    <>
      <PageTitle>Audit</PageTitle>
      <FindMatch
        onFound={(id, at) => {
          void navigate(`/audit/matches/${id}${at === undefined ? "" : `?at=${at}`}`);
        }}
      />
      <LogBrowser />
    </>
  );
}
