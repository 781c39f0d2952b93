import { Problem } from "./api/problem";

/** Where each conflict belongs, so that it is shown beside what has to change. */
const FIELD_OF_CODE: Record<string, string> = {
  username_taken: "username",
  email_taken: "email",
  invalid_token: "pin",
};

/** Where the server's words follow its title, and do not stand alone. */
const WORDS_OF_CODE: Record<string, string> = {
  invalid_token: "This is not right, or not good any more. Ask for another mail.",
};

export interface FormErrors {
  fields: Readonly<Record<string, string>>;
  /** What concerns no field in particular. */
  form?: string;
}

/** Sorts what the server said into the form's fields; `known` are those the form shows. */
export function formErrors(error: Error | null, known: readonly string[]): FormErrors {
  if (!error) return { fields: {} };
  if (!(error instanceof Problem))
    return { fields: {}, form: "Something went wrong. Please try again." };
  const message = WORDS_OF_CODE[error.code] ?? error.message;
  const field = FIELD_OF_CODE[error.code];
  const fields = field
    ? { ...error.fields, [field]: error.fields[field] ?? message }
    : error.fields;
  const shown = known.some((name) => fields[name] !== undefined);
  return shown ? { fields } : { fields: {}, form: message };
}
