import { KeyRound } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/Button";
import { PasswordField } from "../../components/Field";
import { FormAlert } from "../../components/FormAlert";
import { Sheet } from "../../components/Sheet";
import { useToast } from "../../components/Toast";
import { formErrors } from "../../lib/form-errors";
import { formText } from "../../lib/form-text";
import { useChangePassword } from "./use-mail";

export function ChangePassword({ email }: { email: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        variant="outline"
        icon={<KeyRound className="size-5" aria-hidden="true" />}
        onClick={() => setOpen(true)}
      >
        Change my password
      </Button>
      {open && <ChangePasswordSheet email={email} onClose={() => setOpen(false)} />}
    </>
  );
}

function ChangePasswordSheet({ email, onClose }: { email: string; onClose: () => void }) {
  const change = useChangePassword();
  const toast = useToast();
  const errors = formErrors(change.error, ["current", "password"]);
  return (
    <Sheet title="Change my password" onClose={onClose}>
      <form
        className="flex flex-col gap-5 py-2"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          change.mutate(
            { current: formText(form, "current"), password: formText(form, "password") },
            {
              onSuccess: () => {
                toast("Your password is changed. Other devices are signed out.", "success");
                onClose();
              },
            },
          );
        }}
      >
        <FormAlert>{errors.form}</FormAlert>
        {/* Tells a password manager whose entry to change. */}
        <input type="text" hidden autoComplete="username" value={email} readOnly />
        <PasswordField
          label="Current password"
          name="current"
          autoComplete="current-password"
          required
          error={errors.fields.current}
        />
        <PasswordField
          label="New password"
          name="password"
          autoComplete="new-password"
          required
          minLength={8}
          maxLength={128}
          hint="At least 8 characters; a few words are best."
          error={errors.fields.password}
        />
        <Button type="submit" variant="primary" wide busy={change.isPending}>
          Change it
        </Button>
      </form>
    </Sheet>
  );
}
