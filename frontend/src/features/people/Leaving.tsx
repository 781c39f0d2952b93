import { useState } from "react";
import { Button } from "../../components/Button";
import { TextField } from "../../components/Field";
import { FormAlert } from "../../components/FormAlert";
import { Sheet } from "../../components/Sheet";
import { useToast } from "../../components/Toast";
import { messageOf } from "../../lib/api/problem";
import type { User } from "../../lib/api/types";
import { formErrors } from "../../lib/form-errors";
import { formText } from "../../lib/form-text";
import { useEraseAccount, useKeepAccount } from "./use-leaving";

const day = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "short" });

/** The way out, and the way back while there is one. */
export function Leaving({ user }: { user: User }) {
  const [asking, setAsking] = useState(false);
  const keep = useKeepAccount();
  const toast = useToast();
  if (user.erasesAt) {
    return (
      <div role="status" className="flex flex-col gap-3 rounded border border-danger p-4">
        <p>
          Your account will be deleted on{" "}
          <time dateTime={user.erasesAt}>{day.format(new Date(user.erasesAt))}</time>.
        </p>
        <Button
          variant="primary"
          busy={keep.isPending}
          onClick={() => {
            keep.mutate(undefined, {
              onSuccess: () => toast("Good to have you back.", "success"),
              onError: (error) => toast(messageOf(error), "danger"),
            });
          }}
        >
          Keep my account
        </Button>
      </div>
    );
  }
  return (
    <>
      <Button variant="quiet" onClick={() => setAsking(true)}>
        Delete my account
      </Button>
      {asking && <EraseSheet onClose={() => setAsking(false)} />}
    </>
  );
}

function EraseSheet({ onClose }: { onClose: () => void }) {
  const erase = useEraseAccount();
  const errors = formErrors(erase.error, ["password"]);
  return (
    <Sheet title="Delete my account" onClose={onClose}>
      <form
        className="flex flex-col gap-5 py-2"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          erase.mutate(formText(form, "password"), { onSuccess: onClose });
        }}
      >
        <FormAlert>{errors.form}</FormAlert>
        <p className="text-muted">
          In seven days your name, your profile and everything you wrote are gone for good. Until
          then you can change your mind here.
        </p>
        <TextField
          label="Your password"
          name="password"
          type="password"
          autoComplete="current-password"
          required
          error={errors.fields.password}
        />
        <Button type="submit" variant="danger" wide busy={erase.isPending}>
          Delete my account
        </Button>
      </form>
    </Sheet>
  );
}
