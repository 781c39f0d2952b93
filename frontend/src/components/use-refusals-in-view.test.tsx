import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { beforeEach, expect, it } from "vitest";
import type { FormErrors } from "../lib/form-errors";
import { EmailField, PasswordField } from "./Field";
import { FormAlert } from "./FormAlert";
import { useRefusalsInView } from "./use-refusals-in-view";

const NOTHING: FormErrors = { fields: {} };

/** A form as they all are; the server's answer comes when the test gives it. */
let answer: (errors: FormErrors) => void;
/** What is wrong already here. */
let refusedHere: FormErrors;
function Page() {
  useRefusalsInView();
  const [errors, setErrors] = useState(NOTHING);
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setErrors(refusedHere);
          answer = setErrors;
        }}
      >
        <FormAlert>{errors.form}</FormAlert>
        <EmailField label="Email" required={false} error={errors.fields.email} />
        <PasswordField label="Password" name="password" error={errors.fields.password} />
        <button type="submit">Send</button>
      </form>
      <input aria-label="Elsewhere" />
    </>
  );
}

const send = () => userEvent.click(screen.getByRole("button", { name: "Send" }));

beforeEach(() => {
  refusedHere = NOTHING;
  render(<Page />);
});

it("leads to the first field that is wrong, as often as the form is refused", async () => {
  for (const attempt of ["first", "second"]) {
    await send();
    answer({ fields: { password: "Too short.", email: `Not an address (${attempt}).` } });
    await waitFor(() => expect(screen.getByLabelText("Email")).toHaveFocus());
  }
  await send();
  answer({ fields: { password: "Too short." } });
  await waitFor(() => expect(screen.getByLabelText("Password")).toHaveFocus());
});

it("leads to what is said of the form where no field is named", async () => {
  await send();
  answer({ fields: {}, form: "No connection." });
  await waitFor(() => expect(screen.getByRole("alert")).toHaveFocus());
  expect(screen.getByRole("alert")).toHaveAttribute("tabindex", "-1");
});

it("calls nobody back who has gone on elsewhere", async () => {
  await send();
  await userEvent.click(screen.getByLabelText("Elsewhere"));
  answer({ fields: { email: "Not an address." } });
  await waitFor(() => expect(screen.getByLabelText("Email")).toBeInvalid());
  expect(screen.getByLabelText("Elsewhere")).toHaveFocus();
});

it("leads there again where nothing changed since the last time", async () => {
  refusedHere = { fields: { email: "Not an address." } };
  const leadsThere = async () => {
    await send();
    await waitFor(() => expect(screen.getByLabelText("Email")).toHaveFocus());
  };
  await leadsThere();
  await leadsThere();
});
