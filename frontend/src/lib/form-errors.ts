import { Problem } from "./api/problem";

/** Where each conflict belongs, so that it is shown beside what has to change. */
const FIELD_OF_CODE: Record<string, string> = { username_taken: "username", email_taken: "email" };

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
  const field = FIELD_OF_CODE[error.code];
  const fields = field
    ? { ...error.fields, [field]: error.fields[field] ?? error.message }
    : error.fields;
  const shown = known.some((name) => fields[name] !== undefined);
  return shown ? { fields } : { fields: {}, form: error.message };
}
