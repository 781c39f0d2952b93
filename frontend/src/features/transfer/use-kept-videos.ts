import { useCallback, useEffect, useRef, useState } from "react";
import { forgetVideo, type KeptVideo, keptVideos, markDelivered } from "../../lib/kept-videos";
import type { ChosenVideo } from "../../lib/chosen-video";

/** What is on its way on this page, or has arrived. */
export interface SentVideo {
  name: string;
  size: number;
  delivered: boolean;
}

interface KeptVideosOptions {
  folder: string;
  sent: readonly SentVideo[];
  /** Names of those that are to go without being asked about: the person has just said so. */
  sendNow: readonly string[];
  onSend: (video: ChosenVideo) => void;
}

/** What this browser keeps for a match and is not on its way just now. */
export function useKeptVideos({ folder, sent, sendNow, onSend }: KeptVideosOptions) {
  const [kept, setKept] = useState<KeptVideo[]>([]);
  /** Chosen a moment ago: a transfer begins when its preview is there. */
  const [going, setGoing] = useState<ReadonlySet<string>>(new Set());
  const sentNow = useRef(new Set<string>());

  const look = useCallback(
    () =>
      keptVideos(folder).then(
        (found) => {
          setKept(found);
          setGoing(new Set(sendNow.filter((name) => !sentNow.current.has(name))));
        },
        (cause: unknown) => console.warn("what is kept here could not be read", cause),
      ),
    [folder, sendNow],
  );
  // What was sent or delivered changes what is left here.
  const changes = sent.map(({ name, delivered }) => `${name} ${String(delivered)}`).join("/");
  useEffect(() => void look(), [look, changes]);

  const send = useCallback(
    (video: KeptVideo) => {
      setGoing((names) => new Set([...names, video.file.name]));
      onSend(video);
    },
    [onSend],
  );

  useEffect(() => {
    for (const video of kept) {
      const { name } = video.file;
      const known = sentAs(video, sent);
      if (known?.delivered && !video.delivered) void markDelivered(folder, name).then(look);
      if (!known && sendNow.includes(name) && !sentNow.current.has(name)) {
        sentNow.current.add(name);
        onSend(video);
      }
    }
  }, [kept, sent, sendNow, folder, look, onSend]);

  const left = kept
    .filter((video) => !sentAs(video, sent) && !going.has(video.file.name))
    .sort((a, b) => Number(a.delivered) - Number(b.delivered));
  const forget = ({ file }: KeptVideo) => void forgetVideo(folder, file.name).then(look);
  return { left, send, forget, look };
}

function sentAs({ file }: KeptVideo, sent: readonly SentVideo[]): SentVideo | undefined {
  return sent.find(({ name, size }) => name === file.name && size === file.size);
}
