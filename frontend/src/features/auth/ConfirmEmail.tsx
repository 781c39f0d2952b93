import { MailCheck, X } from "lucide-react";
import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { Button, ButtonLink, IconButton } from "../../components/Button";
import { useToast } from "../../components/Toast";
import { messageOf } from "../../lib/api/problem";
import type { User } from "../../lib/api/types";
import { onRefusal } from "../../lib/refusals";
import { useResendVerification } from "./use-mail";

/** Says that one's address waits to be confirmed, and how that is done; nothing once it is. */
export function ConfirmEmail({ user }: { user: User }) {
  if (user.emailVerified) return null;
  return (
    <section
      aria-label="Confirm your email address"
      className="flex flex-col gap-4 rounded bg-raised p-4"
    >
      <Words title="Confirm your email address">
        A mail to <span className="break-words font-medium text-text">{user.email}</span> holds a
        link and a PIN. Once it is confirmed, you find your account again even without this phone.
      </Words>
      <Ways email={user.email} />
    </section>
  );
}

/**
 * The way out for somebody who was refused because their address is not confirmed. Put away, it
 * stays away until they are refused again.
 */
export function ConfirmEmailNotice({ user }: { user: User }) {
  const [refused, setRefused] = useState(false);
  useEffect(
    () =>
      onRefusal((code) => {
        if (code === "email_not_verified") setRefused(true);
      }),
    [],
  );
  return (
    <div role="status">
      {refused && !user.emailVerified && (
        <div className="px-3 pt-3">
          <section
            aria-label="Confirm your email address"
            className="relative mx-auto flex max-w-3xl animate-arrive flex-col gap-3 rounded bg-raised p-3 shadow-lifted"
          >
            <div className="pr-10">
              <Words title="Confirm your email address first">
                Then you can join, write and ask. The mail went to{" "}
                <span className="break-words font-medium text-text">{user.email}</span>.
              </Words>
            </div>
            <IconButton
              label="Not now"
              className="absolute right-1 top-1"
              onClick={() => setRefused(false)}
            >
              <X className="size-5" aria-hidden="true" />
            </IconButton>
            <Ways email={user.email} />
          </section>
        </div>
      )}
    </div>
  );
}

function Words({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="flex items-start gap-3">
      <MailCheck className="mt-0.5 size-5 shrink-0 text-second" aria-hidden="true" />
      <div className="min-w-0 text-sm text-muted">
        <p className="font-semibold text-text">{title}</p>
        <p>{children}</p>
      </div>
    </div>
  );
}

function Ways({ email }: { email: string }) {
  const resend = useResendVerification();
  const toast = useToast();
  return (
    <div className="flex gap-2">
      <ButtonLink to="/verify-email" variant="outline" className="grow whitespace-nowrap sm:grow-0">
        Enter the PIN
      </ButtonLink>
      <Button
        variant="ghost"
        className="grow whitespace-nowrap sm:grow-0"
        busy={resend.isPending}
        onClick={() => {
          resend.mutate(
            { email },
            {
              onSuccess: () => toast(`Another mail is on its way to ${email}.`, "success"),
              onError: (error) => toast(messageOf(error), "danger"),
            },
          );
        }}
      >
        Send again
      </Button>
    </div>
  );
}
