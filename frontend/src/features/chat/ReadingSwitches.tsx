import { ErrorState } from "../../components/EmptyState";
import { RowsSkeleton } from "../../components/Skeleton";
import { Switch } from "../../components/Switch";
import { useToast } from "../../components/Toast";
import { messageOf } from "../../lib/api/problem";
import { usePrefer, usePreferences, type Preferences } from "./use-preferences";

/** What others see while one reads and writes: each of it can be switched off. */
export function ReadingSwitches() {
  const preferences = usePreferences();
  const prefer = usePrefer();
  const toast = useToast();
  if (preferences.isPending) return <RowsSkeleton label="Loading your choices" rows={3} />;
  if (preferences.isLoadingError) {
    return <ErrorState error={preferences.error} onRetry={() => void preferences.refetch()} />;
  }
  const chosen = preferences.data;
  const change = (to: Partial<Preferences>) => {
    prefer.mutate(to, { onError: (error) => toast(messageOf(error), "danger") });
  };
  return (
    <div className="flex flex-col gap-3">
      <h2 className="text-sm font-semibold text-muted">Chat</h2>
      <Switch
        label="Show when I am typing"
        hint="If off, you do not see when others are."
        checked={chosen.typing}
        onChange={(typing) => change({ typing })}
      />
      <Switch
        label="Show what I have read"
        hint="To the partner of a match. If off, you do not see what they have read."
        checked={chosen.readReceipts}
        onChange={(readReceipts) => change({ readReceipts })}
      />
      <Switch
        label="Count unread messages"
        checked={chosen.unreadCounts}
        onChange={(unreadCounts) => change({ unreadCounts })}
      />
    </div>
  );
}
