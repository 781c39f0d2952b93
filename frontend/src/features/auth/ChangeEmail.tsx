import { AtSign } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/Button";
import { EmailField, PasswordField, TextField } from "../../components/Field";
import { FormAlert } from "../../components/FormAlert";
import { Sheet } from "../../components/Sheet";
import { useToast } from "../../components/Toast";
import { formErrors } from "../../lib/form-errors";
import { formText } from "../../lib/form-text";
import { useAskToChangeEmail, useConfirmNewEmail } from "./use-change-email";

export function ChangeEmail({ email }: { email: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        variant="outline"
        icon={<AtSign className="size-5" aria-hidden="true" />}
        onClick={() => setOpen(true)}
      >
        Change my email
      </Button>
      {open && <ChangeEmailSheet email={email} onClose={() => setOpen(false)} />}
    </>
  );
}

function ChangeEmailSheet({ email, onClose }: { email: string; onClose: () => void }) {
  /** Where the mail went; until then it is asked for. */
  const [to, setTo] = useState<string>();
  return (
    <Sheet title="Change my email" onClose={onClose}>
      {to === undefined ? (
        <AskForm email={email} onSent={setTo} />
      ) : (
        <PinForm email={email} to={to} onClose={onClose} />
      )}
    </Sheet>
  );
}

function AskForm({ email, onSent }: { email: string; onSent: (to: string) => void }) {
  const ask = useAskToChangeEmail();
  const errors = formErrors(ask.error, ["email", "password"]);
  return (
    <form
      className="flex flex-col gap-5 py-2"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        const to = formText(form, "email").trim();
        ask.mutate(
          { email: to, password: formText(form, "password") },
          { onSuccess: () => onSent(to) },
        );
      }}
    >
      <FormAlert>{errors.form}</FormAlert>
      <p className="text-muted">
        It is <span className="break-words font-medium text-text">{email}</span> now, and stays so
        until you confirm the new one.
      </p>
      <EmailField
        label="New email"
        autoComplete="email"
        maxLength={254}
        error={errors.fields.email}
      />
      <PasswordField
        label="Your password"
        name="password"
        autoComplete="current-password"
        required
        error={errors.fields.password}
      />
      <Button type="submit" variant="primary" wide busy={ask.isPending}>
        Send me a mail there
      </Button>
    </form>
  );
}

function PinForm({ email, to, onClose }: { email: string; to: string; onClose: () => void }) {
  const confirm = useConfirmNewEmail();
  const toast = useToast();
  const errors = formErrors(confirm.error, ["pin"]);
  return (
    <form
      className="flex flex-col gap-5 py-2"
      onSubmit={(event) => {
        event.preventDefault();
        const pin = formText(new FormData(event.currentTarget), "pin").trim();
        confirm.mutate(
          { pin },
          {
            onSuccess: () => {
              toast(`Your email is ${to} now.`, "success");
              onClose();
            },
          },
        );
      }}
    >
      <FormAlert>{errors.form}</FormAlert>
      <p role="status" className="text-muted">
        A mail to <span className="break-words font-medium text-text">{to}</span> holds a link and a
        PIN. Until you use one of them, {email} stays your email.
      </p>
      <TextField
        label="PIN from the mail"
        name="pin"
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={6}
        required
        error={errors.fields.pin}
      />
      <Button type="submit" variant="primary" wide busy={confirm.isPending}>
        Use this email
      </Button>
    </form>
  );
}
