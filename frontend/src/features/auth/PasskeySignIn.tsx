import { Fingerprint } from "lucide-react";
import { Button } from "../../components/Button";
import { FormAlert } from "../../components/FormAlert";
import { messageOf, Problem } from "../../lib/api/problem";
import { isCancelled, passkeyMessage, passkeysWorkHere } from "../../lib/passkeys";
import { useOfferedPasskey, usePasskeySignIn } from "./use-passkeys";

export function PasskeySignIn() {
  const passkey = usePasskeySignIn();
  const refusedOffer = useOfferedPasskey();
  if (!passkeysWorkHere()) return null;
  return (
    <div className="mt-5 flex flex-col gap-5">
      <p className="flex items-center gap-3 text-sm text-muted before:h-px before:grow before:bg-line after:h-px after:grow after:bg-line">
        or
      </p>
      <FormAlert>{words(passkey.error ?? refusedOffer)}</FormAlert>
      <Button
        variant="outline"
        wide
        icon={<Fingerprint className="size-5" aria-hidden="true" />}
        busy={passkey.isPending}
        onClick={() => passkey.mutate()}
      >
        Sign in with a passkey
      </Button>
    </div>
  );
}

function words(error: Error | null): string | undefined {
  if (!error || isCancelled(error)) return undefined;
  if (!(error instanceof Problem)) return passkeyMessage(error) ?? messageOf(error);
  switch (error.code) {
    case "suspended":
      return `Your account is ${error.message}`;
    case "bad_passkey":
      return "This passkey is not known here any more. Please use your password.";
    case "invalid":
      return "That took too long. Please try again.";
    default:
      return error.message;
  }
}
