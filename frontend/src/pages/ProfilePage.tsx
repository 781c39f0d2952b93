import { LogOut } from "lucide-react";
import { Button } from "../components/Button";
import { PageTitle } from "../components/PageHeader";
import { ThemeSwitch } from "../components/ThemeSwitch";
import { useToast } from "../components/Toast";
import { useMe } from "../features/auth/AuthContext";
import { ChangeEmail } from "../features/auth/ChangeEmail";
import { ChangePassword } from "../features/auth/ChangePassword";
import { ConfirmEmail } from "../features/auth/ConfirmEmail";
import { Passkeys } from "../features/auth/Passkeys";
import { useLogout } from "../features/auth/use-logout";
import { WhereSignedIn } from "../features/auth/WhereSignedIn";
import { ReadingSwitches } from "../features/chat/ReadingSwitches";
import { Leaving } from "../features/people/Leaving";
import { PersonCard } from "../features/people/PersonCard";
import { ProfileForm } from "../features/people/ProfileForm";
import { ProfilePicture } from "../features/people/ProfilePicture";
import { ReceivedRatings } from "../features/rating/ReceivedRatings";
import { messageOf } from "../lib/api/problem";

/** One's own profile. */
export function ProfilePage() {
  const me = useMe();
  const logout = useLogout();
  const toast = useToast();
  return (
    <>
      <PageTitle>Profile</PageTitle>
      <ConfirmEmail user={me} />
      <PersonCard person={me} />
      <ProfilePicture user={me} />
      <section aria-label="Edit profile" className="flex flex-col gap-5">
        <ProfileForm key={me.id} user={me} />
      </section>
      <ReceivedRatings userId={me.id} title="Your ratings" />
      <section aria-label="What others see" className="border-t border-line pt-6">
        <ReadingSwitches />
      </section>
      <section aria-label="This device" className="flex flex-col gap-5 border-t border-line pt-6">
        <ThemeSwitch />
        <p className="text-sm text-muted">Signed in as {me.email}</p>
        <ChangeEmail email={me.email} />
        <ChangePassword email={me.email} />
        <Passkeys email={me.email} />
        <WhereSignedIn />
        <Button
          variant="outline"
          icon={<LogOut className="size-5" aria-hidden="true" />}
          busy={logout.isPending}
          onClick={() => {
            logout.mutate(undefined, { onError: (error) => toast(messageOf(error), "danger") });
          }}
        >
          Sign out
        </Button>
      </section>
      <section aria-label="Leaving" className="flex flex-col gap-5 border-t border-line pt-6">
        <Leaving user={me} />
      </section>
    </>
  );
}
