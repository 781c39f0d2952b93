import { Button } from "../../components/Button";
import { SelectField, TextArea } from "../../components/Field";
import { FormAlert } from "../../components/FormAlert";
import { Sheet } from "../../components/Sheet";
import { useToast } from "../../components/Toast";
import type { ModerationAct, Report, ReportOutcome, UserSummary } from "../../lib/api/types";
import { formErrors } from "../../lib/form-errors";
import { formText } from "../../lib/form-text";
import { useCloseReport, useSuspend, useWarn } from "./use-acts";
import { isSuspended, OUTCOMES } from "./words";

interface ActSheetProps {
  person: UserSummary;
  onClose: () => void;
}

export function WarnSheet({ person, onClose }: ActSheetProps) {
  const warn = useWarn(person.id);
  const toast = useToast();
  const errors = formErrors(warn.error, ["warning"]);
  return (
    <Sheet title={`Warn ${person.username}`} onClose={onClose}>
      <form
        className="flex flex-col gap-5 py-2"
        onSubmit={(event) => {
          event.preventDefault();
          warn.mutate(formText(new FormData(event.currentTarget), "warning"), {
            onSuccess: () => {
              toast(`${person.username} will read it.`, "success");
              onClose();
            },
          });
        }}
      >
        <FormAlert>{errors.form}</FormAlert>
        <TextArea
          label="What they should know"
          name="warning"
          hint="They read this word for word, without your name."
          rows={4}
          maxLength={1000}
          required
          error={errors.fields.warning}
        />
        <Button type="submit" variant="primary" wide busy={warn.isPending}>
          Send warning
        </Button>
      </form>
    </Sheet>
  );
}

const DAYS = [
  { value: "1", words: "One day" },
  { value: "7", words: "A week" },
  { value: "30", words: "30 days" },
  { value: "", words: "Until it is lifted" },
];
const DAY_MS = 86_400_000;

export function SuspendSheet({ person, onClose }: ActSheetProps) {
  const suspend = useSuspend(person.id);
  const toast = useToast();
  const errors = formErrors(suspend.error, ["reason", "until"]);
  return (
    <Sheet title={`Suspend ${person.username}`} onClose={onClose}>
      <form
        className="flex flex-col gap-5 py-2"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          const days = Number(formText(form, "days"));
          suspend.mutate(
            {
              reason: formText(form, "reason"),
              until: days > 0 ? new Date(Date.now() + days * DAY_MS).toISOString() : null,
            },
            {
              onSuccess: () => {
                toast(`${person.username} is signed out everywhere.`, "success");
                onClose();
              },
            },
          );
        }}
      >
        <FormAlert>{errors.form}</FormAlert>
        <SelectField label="For how long?" name="days" error={errors.fields.until} defaultValue="7">
          {DAYS.map(({ value, words }) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </SelectField>
        <TextArea
          label="Why?"
          name="reason"
          hint="They read this when they try to sign in."
          rows={2}
          maxLength={300}
          required
          error={errors.fields.reason}
        />
        <Button type="submit" variant="danger" wide busy={suspend.isPending}>
          Suspend and sign out
        </Button>
      </form>
    </Sheet>
  );
}

interface CloseSheetProps {
  report: Report;
  acts: readonly ModerationAct[];
  onClose: () => void;
}

export function CloseSheet({ report, acts, onClose }: CloseSheetProps) {
  const closing = useCloseReport(report.id);
  const toast = useToast();
  const errors = formErrors(closing.error, ["resolution", "outcome"]);
  return (
    <Sheet title="Close report" onClose={onClose}>
      <form
        className="flex flex-col gap-5 py-2"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          closing.mutate(
            {
              resolution: formText(form, "resolution"),
              outcome: formText(form, "outcome") as ReportOutcome,
            },
            {
              onSuccess: () => {
                toast(`${report.reporter.username} hears what came of it.`, "success");
                onClose();
              },
            },
          );
        }}
      >
        <FormAlert>{errors.form}</FormAlert>
        <SelectField
          label="What came of it?"
          name="outcome"
          error={errors.fields.outcome}
          defaultValue={suggested(report, acts)}
        >
          {Object.entries(OUTCOMES).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </SelectField>
        <TextArea
          label="A note for the moderators"
          name="resolution"
          hint="Only moderators read it."
          rows={3}
          maxLength={2000}
          required
          error={errors.fields.resolution}
        />
        <Button type="submit" variant="primary" wide busy={closing.isPending}>
          Close report
        </Button>
      </form>
    </Sheet>
  );
}

/** What was done since the report came in. */
function suggested({ createdAt }: Report, acts: readonly ModerationAct[]): ReportOutcome {
  const since = acts.filter(({ at }) => at > createdAt);
  if (isSuspended(since)) return "suspended";
  return since.some(({ kind }) => kind === "warned") ? "warned" : "no_action";
}
