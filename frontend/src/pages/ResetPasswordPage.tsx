import { Link, useLocation } from "react-router";
import { Button, ButtonLink } from "../components/Button";
import { PasswordField } from "../components/Field";
import { FormAlert } from "../components/FormAlert";
import { Welcome } from "../components/Welcome";
import { tokenOf, useResetPassword } from "../features/auth/use-mail";
import { formErrors } from "../lib/form-errors";
import { formText } from "../lib/form-text";

const LINK =
  "inline-flex min-h-touch items-center font-medium text-second underline underline-offset-4";

export function ResetPasswordPage() {
  const token = tokenOf(useLocation().hash) ?? "";
  const reset = useResetPassword();
  const errors = formErrors(reset.error, ["password"]);
  if (!token) {
    return (
      <Welcome title="This link is not complete" footer={null}>
        <p className="text-muted">
          Open it from the mail once more, or copy all of it. If that does not help, get another.
        </p>
        <ButtonLink to="/forgot-password" variant="primary" wide>
          Get another link
        </ButtonLink>
      </Welcome>
    );
  }
  if (reset.isSuccess) {
    return (
      <Welcome title="Your new password is set" footer={null}>
        <p className="text-muted">All your devices are signed out.</p>
        <ButtonLink to="/login" reloadDocument variant="primary" wide>
          Sign in with it
        </ButtonLink>
      </Welcome>
    );
  }
  return (
    <Welcome
      title="Set a new password"
      footer={
        <Link to="/forgot-password" className={LINK}>
          Get another link
        </Link>
      }
    >
      <form
        className="flex flex-col gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          reset.mutate({ token, password: formText(form, "password") });
        }}
      >
        <FormAlert>{errors.form}</FormAlert>
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
        <Button type="submit" variant="primary" wide busy={reset.isPending}>
          Set my new password
        </Button>
      </form>
    </Welcome>
  );
}
