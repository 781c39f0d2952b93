import { Lock, ShieldAlert, ShieldCheck } from "lucide-react";
import { useState } from "react";
import type { ReactNode } from "react";
import { Button } from "../../../components/Button";
import { useToast } from "../../../components/Toast";
import { messageOf } from "../../../lib/api/problem";
import type { Match } from "../../../lib/api/types";
import { isVerified } from "../../../lib/encryption/known-devices";
import { SafetyNumberSheet } from "./SafetyNumberSheet";
import type { RoomEncryption } from "./use-room-encryption";

interface EncryptionBarProps {
  match: Match;
  encryption: RoomEncryption;
}

/** Above a private chat: who can read it, and what has to be looked at. Nothing while nobody asked. */
export function EncryptionBar({ match, encryption }: EncryptionBarProps) {
  const [comparing, setComparing] = useState(false);
  const { on, denied, offeredByMe, offeredByPartner, supported, devices } = encryption;
  const name = match.partner.username;
  const asked = on || offeredByMe || offeredByPartner;
  if (!asked) return null;
  if (supported === false) {
    return (
      <Notice>
        {on ? "This conversation is encrypted" : `${name} wants to encrypt this conversation`},
        which this browser cannot do. It takes Chrome 133, Firefox 130, Safari 17, or later.
      </Notice>
    );
  }
  if (!on) return <Offer match={match} encryption={encryption} />;

  const view = devices.data;
  const verified = view !== undefined && isVerified(view.theirs);
  return (
    <div className="shrink-0 border-b border-line">
      <button
        type="button"
        onClick={() => setComparing(true)}
        className="mx-auto flex min-h-touch w-full max-w-3xl items-center gap-2 px-4 text-left text-sm text-muted hover:text-text lg:px-6"
      >
        {verified ? (
          <ShieldCheck className="size-4 shrink-0 text-success" aria-hidden="true" />
        ) : (
          <Lock className="size-4 shrink-0" aria-hidden="true" />
        )}
        <span className="grow">
          {verified ? "Encrypted and verified" : "Encrypted for you two"}
        </span>
        <span className="shrink-0 font-semibold text-second">Safety number</span>
      </button>
      {denied && (
        <Notice>
          The server says that this conversation is not encrypted. What you write stays encrypted.
        </Notice>
      )}
      {view && (view.theirs.fresh.length > 0 || view.mine.fresh.length > 0) && (
        <NewDevice
          whose={view.theirs.fresh.length > 0 ? name : undefined}
          held={view.theirs.compared}
          onCompare={() => setComparing(true)}
          onAccept={() => encryption.accept.mutate(view)}
        />
      )}
      {comparing && (
        <SafetyNumberSheet
          match={match}
          encryption={encryption}
          onClose={() => setComparing(false)}
        />
      )}
    </div>
  );
}

function Offer({ match, encryption }: { match: Match; encryption: RoomEncryption }) {
  const toast = useToast();
  const name = match.partner.username;
  if (encryption.offeredByMe) {
    return (
      <Notice icon="lock">
        You asked to encrypt this conversation. It begins once {name} agrees.
      </Notice>
    );
  }
  return (
    <Notice
      icon="lock"
      action={
        <Button
          variant="outline"
          busy={encryption.ask.isPending}
          onClick={() => {
            encryption.ask.mutate(undefined, {
              onError: (error) => toast(messageOf(error), "danger"),
            });
          }}
        >
          Encrypt
        </Button>
      }
    >
      {name} wants to encrypt this conversation. From then on only your devices can read what you
      two write, and there is no way back.
    </Notice>
  );
}

interface NewDeviceProps {
  /** Undefined where it is one's own. */
  whose: string | undefined;
  /** Nothing is written for it until it is accepted. */
  held: boolean;
  onCompare: () => void;
  onAccept: () => void;
}

function NewDevice({ whose, held, onCompare, onAccept }: NewDeviceProps) {
  return (
    <Notice
      action={
        <div className="flex shrink-0 flex-wrap gap-2">
          <Button variant="outline" onClick={onCompare}>
            Compare
          </Button>
          <Button onClick={onAccept}>OK</Button>
        </div>
      }
    >
      {whose
        ? `${whose} has a new device. Compare the safety number again.`
        : "You have a new device. If it is not yours, sign it out under your profile."}
      {held && " Until you say OK it cannot read what you write."}
    </Notice>
  );
}

interface NoticeProps {
  icon?: "lock" | "alert";
  action?: ReactNode;
  children: ReactNode;
}

function Notice({ icon = "alert", action, children }: NoticeProps) {
  const Icon = icon === "lock" ? Lock : ShieldAlert;
  return (
    <div role="status" className="shrink-0 border-b border-line bg-raised">
      <div className="mx-auto flex max-w-3xl flex-wrap items-center gap-3 px-4 py-2.5 text-sm lg:px-6">
        <Icon className="size-5 shrink-0 text-second" aria-hidden="true" />
        <p className="min-w-[12rem] grow basis-0">{children}</p>
        {action}
      </div>
    </div>
  );
}
