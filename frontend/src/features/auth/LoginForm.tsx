import { Button } from "../../components/Button";
import { EmailField, PasswordField } from "../../components/Field";
import { FormAlert } from "../../components/FormAlert";
import { Problem } from "../../lib/api/problem";
import { formErrors } from "../../lib/form-errors";
import { formText } from "../../lib/form-text";
import { useLogin } from "./use-login";

/** Where to go next is the page's business: it leaves as soon as somebody is signed in. */
export function LoginForm() {
  const login = useLogin();
  const errors = formErrors(login.error, ["email", "password"]);
  const wrong = login.error instanceof Problem && login.error.code === "bad_credentials";
  const suspended =
    login.error instanceof Problem && login.error.code === "suspended" && login.error.message;

  return (
    <form
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        login.mutate({
          email: formText(form, "email").trim(),
          password: formText(form, "password"),
        });
      }}
    >
      <FormAlert>
        {wrong
          ? "That email and password do not belong together. Please check both."
          : suspended
            ? `Your account is ${suspended}`
            : errors.form}
      </FormAlert>
      <EmailField label="Email" autoComplete="username webauthn" error={errors.fields.email} />
      <PasswordField
        label="Password"
        name="password"
        autoComplete="current-password"
        required
        error={errors.fields.password}
      />
      <Button type="submit" variant="primary" wide busy={login.isPending}>
        Sign in
      </Button>
    </form>
  );
}
