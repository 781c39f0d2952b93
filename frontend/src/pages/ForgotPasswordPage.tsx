import { useState } from "react";
import { Link } from "react-router";
import { Button } from "../components/Button";
import { EmailField } from "../components/Field";
import { FormAlert } from "../components/FormAlert";
import { Welcome } from "../components/Welcome";
import { Captcha } from "../features/auth/Captcha";
import { useForgotPassword } from "../features/auth/use-mail";
import { formErrors } from "../lib/form-errors";
import { formText } from "../lib/form-text";

export function ForgotPasswordPage() {
  const forgot = useForgotPassword();
  const errors = formErrors(forgot.error, ["email", "captcha"]);
  const [captcha, setCaptcha] = useState<string>();
  return (
    <Welcome
      title="Forgot your password?"
      footer={
        <Link
          to="/login"
          className="inline-flex min-h-touch items-center font-medium text-second underline underline-offset-4"
        >
          Back to signing in
        </Link>
      }
    >
      {forgot.isSuccess ? (
        <>
          <p role="status">
            If that email has an account, a mail with a link is on its way. The link is good for one
            hour.
          </p>
          <p className="text-sm text-muted">
            Nothing there after a minute? Look among the spam, or ask again.
          </p>
          <Button wide onClick={() => forgot.reset()}>
            Ask again
          </Button>
        </>
      ) : (
        <form
          className="flex flex-col gap-5"
          onSubmit={(event) => {
            event.preventDefault();
            const form = new FormData(event.currentTarget);
            forgot.mutate({ email: formText(form, "email").trim(), captcha });
          }}
        >
          <FormAlert>{errors.form}</FormAlert>
          <EmailField label="Email" autoComplete="username" error={errors.fields.email} />
          <Captcha
            refused={forgot.isError ? forgot.submittedAt : 0}
            error={errors.fields.captcha}
            onAnswer={setCaptcha}
          />
          <Button type="submit" variant="primary" wide busy={forgot.isPending}>
            Send me a link
          </Button>
        </form>
      )}
    </Welcome>
  );
}
