import { Clapperboard, Film, SendHorizontal, Trash2 } from "lucide-react";
import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { Avatar } from "../components/Avatar";
import { ButtonLink, IconButton } from "../components/Button";
import { EmptyState, ErrorState } from "../components/EmptyState";
import { FormAlert } from "../components/FormAlert";
import { PageTitle } from "../components/PageHeader";
import { ShowMore } from "../components/ShowMore";
import { RowsSkeleton } from "../components/Skeleton";
import { useMe } from "../features/auth/AuthContext";
import { useMatches } from "../features/match/use-matches";
import type { SendNow } from "../features/share/send-now";
import { claim, type SharedVideo } from "../features/share/shared-videos";
import { useSharedVideos } from "../features/share/use-shared-videos";
import { PlayableVideo } from "../features/transfer/PlayableVideo";
import type { Match } from "../lib/api/types";
import { bytes } from "../lib/bytes";
import { keptBy } from "../lib/kept-videos";

const TROUBLE: Record<string, string> = {
  nothing: "What was shared was no video. Share it once more from your gallery.",
  "not-kept":
    "The video could not be kept here: there may be too little room on this device. Open your match and choose it there.",
};

/** A video came from the phone's gallery: one tap says whom it is for. */
export function SharePage() {
  const { videos, forget } = useSharedVideos();
  const [search] = useSearchParams();
  const trouble = TROUBLE[search.get("trouble") ?? ""];
  return (
    <>
      <PageTitle>Hand over a video</PageTitle>
      <FormAlert>{trouble}</FormAlert>
      {!videos ? (
        <RowsSkeleton label="Looking for what was shared" />
      ) : videos.length === 0 ? (
        <EmptyState
          icon={Film}
          title="Nothing is waiting here"
          action={<ButtonLink to="/matches">To your matches</ButtonLink>}
        >
          Share a video with spotlight.cam from your gallery, and choose here whom it is for.
        </EmptyState>
      ) : (
        <>
          <ul className="flex flex-col gap-4">
            {videos.map((video) => (
              <Waiting
                key={`${video.share} ${video.file.name}`}
                video={video}
                onRemove={() => void forget(video)}
              />
            ))}
          </ul>
          <Recipients videos={videos} />
        </>
      )}
    </>
  );
}

function Waiting({ video: { file }, onRemove }: { video: SharedVideo; onRemove: () => void }) {
  return (
    <li className="flex flex-col gap-3">
      <PlayableVideo
        file={file}
        label={`Video ${file.name}`}
        className="aspect-video w-full rounded bg-surface"
      />
      <div className="flex items-center gap-2">
        <p className="min-w-0 grow">
          <span className="block truncate font-semibold" title={file.name}>
            {file.name}
          </span>
          <span className="text-sm text-muted">{bytes(file.size)}</span>
        </p>
        <IconButton label={`Remove ${file.name}`} onClick={onRemove}>
          <Trash2 className="size-5" aria-hidden="true" />
        </IconButton>
      </div>
    </li>
  );
}

function Recipients({ videos }: { videos: readonly SharedVideo[] }) {
  const me = useMe();
  const matches = useMatches({ status: "accepted" });
  const navigate = useNavigate();
  const [taking, setTaking] = useState<string>();
  const [failed, setFailed] = useState(false);

  async function send({ id }: Match) {
    setTaking(id);
    setFailed(false);
    try {
      const state: SendNow = { sendNow: await claim(videos, keptBy(me.id, id)) };
      await navigate(`/matches/${id}`, { replace: true, state });
    } catch (cause) {
      console.error("not claimed", cause);
      setFailed(true);
      setTaking(undefined);
    }
  }

  if (matches.isPending) return <RowsSkeleton label="Loading matches" />;
  if (matches.isLoadingError) {
    return <ErrorState error={matches.error} onRetry={() => void matches.refetch()} />;
  }
  if (matches.data.length === 0) {
    return (
      <EmptyState
        icon={Clapperboard}
        title="Nobody to hand it to yet"
        action={
          <ButtonLink to="/matches" variant="primary">
            To your matches
          </ButtonLink>
        }
      >
        Agree with somebody to film each other first. The video waits here for a day.
      </EmptyState>
    );
  }
  return (
    <section aria-labelledby="recipients" className="flex flex-col gap-3">
      <h2 id="recipients" className="text-lg font-semibold">
        Whom {videos.length > 1 ? "are they" : "is it"} for?
      </h2>
      <FormAlert>
        {failed && "It could not be taken over. Open the match and choose the video there."}
      </FormAlert>
      <ul className="flex flex-col gap-2">
        {matches.data.map((match) => (
          <li key={match.id}>
            <button
              type="button"
              disabled={taking !== undefined}
              onClick={() => void send(match)}
              className="flex w-full items-center gap-3 rounded bg-surface p-3 text-left ring-1 ring-line/60 transition-colors hover:bg-raised disabled:opacity-60"
            >
              <Avatar person={match.partner} size="lg" />
              <span className="min-w-0 grow">
                <span className="block truncate font-semibold">{match.partner.username}</span>
                <span className="block truncate text-sm text-muted">{match.event.name}</span>
              </span>
              <SendHorizontal className="size-5 shrink-0 text-accent-text" aria-hidden="true" />
            </button>
          </li>
        ))}
      </ul>
      <ShowMore list={matches} />
    </section>
  );
}
