import { useState } from "react";
import { Button } from "../../components/Button";
import { EmailField, PasswordField, TextField } from "../../components/Field";
import { FormAlert } from "../../components/FormAlert";
import { formErrors } from "../../lib/form-errors";
import { formText } from "../../lib/form-text";
import { Captcha } from "./Captcha";
import { useRegister } from "./use-register";

export function RegisterForm() {
  const register = useRegister();
  const errors = formErrors(register.error, ["username", "email", "password", "captcha"]);
  const [captcha, setCaptcha] = useState<string>();

  return (
    <form
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        register.mutate({
          username: formText(form, "username").trim(),
          email: formText(form, "email").trim(),
          password: formText(form, "password"),
          captcha,
        });
      }}
    >
      <FormAlert>{errors.form}</FormAlert>
      <TextField
        label="Username"
        name="username"
        autoComplete="nickname"
        autoCapitalize="none"
        spellCheck={false}
        required
        minLength={3}
        maxLength={30}
        pattern="[A-Za-z0-9][A-Za-z0-9_.\-]*"
        title="Letters, digits, dot, dash and underscore; a letter or digit first"
        hint="What other dancers see. Letters, digits, dot, dash and underscore."
        error={errors.fields.username}
      />
      <EmailField label="Email" autoComplete="email" maxLength={254} error={errors.fields.email} />
      <PasswordField
        label="Password"
        name="password"
        autoComplete="new-password"
        required
        minLength={8}
        maxLength={128}
        hint="At least 8 characters; a few words are best."
        error={errors.fields.password}
      />
      <Captcha
        refused={register.isError ? register.submittedAt : 0}
        error={errors.fields.captcha}
        onAnswer={setCaptcha}
      />
      <Button type="submit" variant="primary" wide busy={register.isPending}>
        Create account
      </Button>
    </form>
  );
}
