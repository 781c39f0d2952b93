import { expect, test } from "vitest";
import { Problem } from "./api/problem";
import { formErrors } from "./form-errors";

const expired = new Problem(422, "invalid_token", "ask for another mail");
const words = "This is not right, or not good any more. Ask for another mail.";

test("a PIN that proves nothing is marked where it was typed, a link above the form", () => {
  expect(formErrors(expired, ["email", "pin"])).toEqual({ fields: { pin: words } });
  expect(formErrors(expired, ["password"])).toEqual({ fields: {}, form: words });
});

test("what concerns no field the form shows is said above it", () => {
  const unreachable = Problem.offline();
  expect(formErrors(unreachable, ["email"])).toEqual({ fields: {}, form: unreachable.message });
  const taken = new Problem(409, "email_taken", "Somebody has it");
  expect(formErrors(taken, ["email"]).fields).toEqual({ email: "Somebody has it" });
  expect(formErrors(null, ["email"])).toEqual({ fields: {} });
});
