import { Link, useLocation } from "react-router";
import { Button, ButtonLink } from "../components/Button";
import { EmailField, TextField } from "../components/Field";
import { FormAlert } from "../components/FormAlert";
import { Welcome } from "../components/Welcome";
import { useAuth } from "../features/auth/AuthContext";
import { tokenOf, useResendVerification, useVerifyEmail } from "../features/auth/use-mail";
import { formErrors } from "../lib/form-errors";
import { formText } from "../lib/form-text";

const LINK =
  "inline-flex min-h-touch items-center font-medium text-second underline underline-offset-4";

export function VerifyEmailPage() {
  const token = tokenOf(useLocation().hash);
  const verify = useVerifyEmail();
  const resend = useResendVerification();
  const errors = formErrors(verify.error ?? resend.error, token ? [] : ["email", "pin"]);
  const { state } = useAuth();
  const me = state.status === "signed-in" ? state.user : undefined;

  if (verify.isSuccess || (me?.emailVerified && !token)) {
    return (
      <Welcome title="Your email is confirmed" footer={null}>
        <p className="text-muted">
          Thank you. If you ever lose your phone or your password, it brings you back to your
          account.
        </p>
        <ButtonLink to="/" variant="primary" wide>
          {me ? "To the events" : "Sign in"}
        </ButtonLink>
      </Welcome>
    );
  }
  return (
    <Welcome title="Confirm your email" footer={token ? null : "The mail holds a link and a PIN."}>
      <form
        key={me?.id}
        className="flex flex-col gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          if (token) {
            verify.mutate({ token });
            return;
          }
          const form = new FormData(event.currentTarget);
          const email = formText(form, "email").trim();
          const submitter = event.nativeEvent.submitter;
          if (submitter?.getAttribute("value") === "resend") {
            verify.reset();
            resend.mutate({ email });
          } else verify.mutate({ email, pin: formText(form, "pin").trim() });
        }}
      >
        <FormAlert>{errors.form}</FormAlert>
        {token ? (
          <p className="text-muted">
            One press says that you read the mail that was sent to your address.
          </p>
        ) : (
          <>
            <EmailField
              label="Email"
              autoComplete="username"
              defaultValue={me?.email}
              error={errors.fields.email}
            />
            <TextField
              label="PIN from the mail"
              name="pin"
              inputMode="numeric"
              autoComplete="one-time-code"
              maxLength={6}
              error={errors.fields.pin}
            />
          </>
        )}
        <Button type="submit" variant="primary" wide busy={verify.isPending}>
          Confirm my email
        </Button>
        {token ? (
          <Link to="/verify-email" className={LINK}>
            Use the PIN, or get another mail
          </Link>
        ) : (
          <Button type="submit" value="resend" wide busy={resend.isPending}>
            Send another mail
          </Button>
        )}
        {resend.isSuccess && (
          <p role="status">If that email waits to be confirmed, a mail is on its way.</p>
        )}
      </form>
    </Welcome>
  );
}
