import { Fingerprint } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/Button";
import { ErrorState } from "../../components/EmptyState";
import { PasswordField, TextField } from "../../components/Field";
import { FormAlert } from "../../components/FormAlert";
import { Sheet } from "../../components/Sheet";
import { RowsSkeleton } from "../../components/Skeleton";
import { useToast } from "../../components/Toast";
import { messageOf } from "../../lib/api/problem";
import type { Passkey } from "../../lib/api/types";
import { formErrors } from "../../lib/form-errors";
import { formText } from "../../lib/form-text";
import { isCancelled, passkeyMessage, passkeysWorkHere } from "../../lib/passkeys";
import { ago, date } from "../../lib/time";
import { useAddPasskey, usePasskeys, useRemovePasskey } from "./use-passkeys";

/** Signing in without a password: what there is of it, and more of it. */
export function Passkeys({ email }: { email: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        variant="outline"
        icon={<Fingerprint className="size-5" aria-hidden="true" />}
        onClick={() => setOpen(true)}
      >
        My passkeys
      </Button>
      {open && <PasskeysSheet email={email} onClose={() => setOpen(false)} />}
    </>
  );
}

function PasskeysSheet({ email, onClose }: { email: string; onClose: () => void }) {
  const passkeys = usePasskeys();
  return (
    <Sheet title="My passkeys" onClose={onClose}>
      <div className="flex flex-col gap-4 py-2">
        <p className="text-muted">
          A passkey signs you in with your fingerprint, your face or your device’s PIN: nothing to
          type, and nothing that a false page could steal.
        </p>
        {passkeys.isPending ? (
          <RowsSkeleton label="Loading your passkeys" rows={1} />
        ) : passkeys.isLoadingError ? (
          <ErrorState error={passkeys.error} onRetry={() => void passkeys.refetch()} />
        ) : (
          <ul className="flex flex-col empty:hidden">
            {passkeys.data.map((passkey) => (
              <PasskeyRow key={passkey.id} passkey={passkey} />
            ))}
          </ul>
        )}
        {passkeysWorkHere() ? (
          <AddPasskey email={email} />
        ) : (
          <p>This browser cannot make passkeys here.</p>
        )}
      </div>
    </Sheet>
  );
}

function PasskeyRow({ passkey: { id, name, addedAt, lastUsedAt } }: { passkey: Passkey }) {
  const remove = useRemovePasskey();
  const toast = useToast();
  return (
    <li className="flex items-center gap-3 py-2.5">
      <div className="flex min-w-0 grow flex-col">
        <span className="break-words font-medium">{name}</span>
        <span className="text-sm text-muted">
          {lastUsedAt ? <>Used {ago(lastUsedAt)}</> : "Not used yet"}, added {date(addedAt)}
        </span>
      </div>
      <Button
        variant="quiet"
        aria-label={`Remove ${name}`}
        busy={remove.isPending}
        onClick={() => {
          remove.mutate(id, {
            onSuccess: () => toast(`${name} signs you in no more.`, "success"),
            onError: (error) => toast(messageOf(error), "danger"),
          });
        }}
      >
        Remove
      </Button>
    </li>
  );
}

function AddPasskey({ email }: { email: string }) {
  const [adding, setAdding] = useState(false);
  const add = useAddPasskey();
  const toast = useToast();
  if (!adding) {
    return (
      <Button variant="primary" wide onClick={() => setAdding(true)}>
        Add a passkey
      </Button>
    );
  }
  const errors = formErrors(add.error, ["password", "name"]);
  const form = isCancelled(add.error) ? undefined : (passkeyMessage(add.error) ?? errors.form);
  return (
    <form
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        add.mutate(
          { password: formText(form, "password"), name: formText(form, "name").trim() },
          {
            onSuccess: () => {
              toast("From now on you can sign in with it.", "success");
              setAdding(false);
            },
          },
        );
      }}
    >
      <FormAlert>{form}</FormAlert>
      <TextField
        label="What you call it"
        name="name"
        required
        maxLength={60}
        defaultValue={thisDevice()}
        error={errors.fields.name}
      />
      {/* Tells a password manager whose entry to fill in. */}
      <input type="text" hidden autoComplete="username" value={email} readOnly />
      <PasswordField
        label="Your password"
        name="password"
        autoComplete="current-password"
        required
        hint="So that nobody else adds theirs."
        error={errors.fields.password}
      />
      <Button type="submit" variant="primary" wide busy={add.isPending}>
        Add it
      </Button>
    </form>
  );
}

/** A name to begin with. */
function thisDevice(): string {
  return window.matchMedia("(pointer: coarse)").matches ? "My phone" : "My computer";
}
