import { useState } from "react";
import { Button } from "../../components/Button";
import { SelectField, TextArea } from "../../components/Field";
import { FormAlert } from "../../components/FormAlert";
import { Sheet } from "../../components/Sheet";
import { Switch } from "../../components/Switch";
import { useToast } from "../../components/Toast";
import type { ReportReason, UserSummary } from "../../lib/api/types";
import { formErrors } from "../../lib/form-errors";
import { formText } from "../../lib/form-text";
import { useReport } from "./use-report";

const REASONS: { value: ReportReason; words: string }[] = [
  { value: "harassment", words: "Harassment" },
  { value: "inappropriate", words: "Inappropriate content" },
  { value: "spam", words: "Spam" },
  { value: "impersonation", words: "Pretends to be somebody else" },
  { value: "other", words: "Something else" },
];

interface ReportedMessage {
  id: string;
  content: string;
  /** How it came, where its conversation is encrypted. */
  secrecy?: string;
  /** What reveals it, where it is encrypted and can be read here. */
  messageKey?: string;
}

interface ReportSheetProps {
  person: UserSummary;
  matchId: string | null;
  /** What they said, where that is what is reported. */
  message?: ReportedMessage;
  onClose: () => void;
}

export function ReportSheet({ person, matchId, message, onClose }: ReportSheetProps) {
  const report = useReport();
  const toast = useToast();
  const [revealed, setRevealed] = useState(false);
  const readable = !message?.secrecy || message.secrecy === "plain" || message.messageKey;
  const errors = formErrors(report.error, ["reason", "details"]);
  return (
    <Sheet title={`Report ${person.username}`} onClose={onClose}>
      <form
        className="flex flex-col gap-5 py-2"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          report.mutate(
            {
              reportedUserId: person.id,
              reason:
                REASONS.find(({ value }) => value === formText(form, "reason"))?.value ?? "other",
              details: formText(form, "details").trim() || null,
              matchId,
              messageId: message?.id ?? null,
              messageKey: revealed ? (message?.messageKey ?? null) : null,
            },
            {
              onSuccess: () => {
                toast("Thank you. A moderator will look at it.", "success");
                onClose();
              },
            },
          );
        }}
      >
        <FormAlert>{errors.form}</FormAlert>
        {message && readable && (
          <blockquote className="line-clamp-3 whitespace-pre-line break-words border-l-2 border-line pl-3">
            {message.content}
          </blockquote>
        )}
        {message?.messageKey && (
          <Switch
            label="Show this message to the moderators"
            hint="This one alone: the rest of your conversation stays encrypted. They see what was really sent, and who sent it. Otherwise they have only your own words."
            checked={revealed}
            onChange={setRevealed}
          />
        )}
        <p className="text-muted">
          Only moderators see this. {person.username} is not told who reported.
        </p>
        <SelectField label="What is it about?" name="reason" error={errors.fields.reason}>
          {REASONS.map(({ value, words }) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </SelectField>
        <TextArea
          label="What happened?"
          name="details"
          rows={4}
          maxLength={2000}
          error={errors.fields.details}
        />
        <Button type="submit" variant="primary" wide busy={report.isPending}>
          Send report
        </Button>
      </form>
    </Sheet>
  );
}
