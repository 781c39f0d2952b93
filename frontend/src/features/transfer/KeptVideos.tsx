import { Film, Send, Trash2 } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { Button } from "../../components/Button";
import { bytes } from "../../lib/bytes";
import { forgetVideo, keptVideos, type KeptVideo, markDelivered } from "../../lib/kept-videos";
import { dayKey, shortDay, timeOfDay } from "../../lib/time";
import type { ChosenVideo } from "./chosen-video";

/** What is on its way on this page, or has arrived. */
export interface SentVideo {
  name: string;
  size: number;
  delivered: boolean;
}

interface KeptVideosProps {
  folder: string;
  partner: string;
  sent: readonly SentVideo[];
  /** Names of those that are to go without being asked about: the person has just said so. */
  sendNow: readonly string[];
  onSend: (video: ChosenVideo) => void;
}

/** What this browser keeps for the partner and has not handed over: a recording cut off, for one. */
export function KeptVideos({ folder, partner, sent, sendNow, onSend }: KeptVideosProps) {
  const [kept, setKept] = useState<KeptVideo[]>([]);
  /** Chosen a moment ago: a transfer begins when its preview is there. */
  const [going, setGoing] = useState<ReadonlySet<string>>(new Set());
  const sentNow = useRef(new Set<string>());

  const look = useCallback(
    () =>
      keptVideos(folder).then(
        (found) => {
          setKept(found);
          setGoing(new Set());
        },
        (cause: unknown) => console.warn("what is kept here could not be read", cause),
      ),
    [folder],
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

  const left = kept.filter((video) => !sentAs(video, sent) && !going.has(video.file.name));
  if (left.length === 0) return null;
  return (
    <ul className="flex flex-col gap-3">
      {left.map((video) => (
        <KeptCard
          key={video.file.name}
          video={video}
          partner={partner}
          onSend={() => send(video)}
          onDelete={() => void forgetVideo(folder, video.file.name).then(look)}
        />
      ))}
    </ul>
  );
}

function sentAs({ file }: KeptVideo, sent: readonly SentVideo[]): SentVideo | undefined {
  return sent.find(({ name, size }) => name === file.name && size === file.size);
}

interface KeptCardProps {
  video: KeptVideo;
  partner: string;
  onSend: () => void;
  onDelete: () => void;
}

function KeptCard({ video: { file, delivered }, partner, onSend, onDelete }: KeptCardProps) {
  const [sure, setSure] = useState(false);
  return (
    <li className="animate-arrive space-y-3 rounded bg-raised p-4 motion-reduce:animate-none">
      <div className="flex items-center gap-3">
        <span className="grid size-11 shrink-0 place-items-center rounded-sm bg-surface text-second">
          <Film size={20} aria-hidden="true" />
        </span>
        <div className="min-w-0 flex-1">
          <p className="font-semibold [overflow-wrap:anywhere]">{foundInWords(file)}</p>
          <p className="text-sm tabular-nums text-muted">
            {bytes(file.size)}
            {delivered && ` · ${partner} has it. It stays here for a day.`}
          </p>
        </div>
      </div>
      <div className="flex flex-wrap gap-2">
        <Button
          variant={delivered ? "quiet" : "outline"}
          icon={<Send size={20} aria-hidden="true" />}
          onClick={onSend}
        >
          {delivered ? "Send it again" : "Send it"}
        </Button>
        <Button
          variant={sure ? "danger" : "ghost"}
          icon={<Trash2 size={20} aria-hidden="true" />}
          aria-label={sure ? `Really delete ${file.name}` : `Delete ${file.name}`}
          onClick={() => (sure ? onDelete() : setSure(true))}
        >
          {sure ? "Really delete" : "Delete"}
        </Button>
      </div>
    </li>
  );
}

const RECORDED_AT = /^(\d{4}-\d\d-\d\d) (\d\d)\.(\d\d) /;

/** Recordings carry their beginning in their name; anything else has a name of its own. */
export function foundInWords({ name }: { name: string }, now = new Date()): string {
  const [, day, hours, minutes] = RECORDED_AT.exec(name) ?? [];
  if (!day) return `“${name}” is waiting here`;
  const clock = timeOfDay(`${day}T${hours ?? "00"}:${minutes ?? "00"}:00`);
  const when = day === dayKey(now) ? clock : `${shortDay(day)}, ${clock}`;
  return `A recording from ${when} was found`;
}
