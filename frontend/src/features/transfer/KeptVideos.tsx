import { Film, Send, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/Button";
import { bytes } from "../../lib/bytes";
import type { KeptVideo } from "../../lib/kept-videos";
import { dayKey, shortDay, timeOfDay } from "../../lib/time";

interface KeptVideosProps {
  left: readonly KeptVideo[];
  /** Sending the first one is the next step. */
  next: boolean;
  partner: string;
  onSend: (video: KeptVideo) => void;
  onDelete: (video: KeptVideo) => void;
}

/** What this browser keeps for the partner and has not handed over: a recording cut off, for one. */
export function KeptVideos({ left, next, partner, onSend, onDelete }: KeptVideosProps) {
  if (left.length === 0) return null;
  return (
    <ul className="flex flex-col gap-3">
      {left.map((video, index) => (
        <KeptCard
          key={video.file.name}
          video={video}
          next={next && index === 0}
          partner={partner}
          onSend={() => onSend(video)}
          onDelete={() => onDelete(video)}
        />
      ))}
    </ul>
  );
}

interface KeptCardProps extends Omit<KeptVideosProps, "left" | "onSend" | "onDelete"> {
  video: KeptVideo;
  onSend: () => void;
  onDelete: () => void;
}

function KeptCard({ video, next, partner, onSend, onDelete }: KeptCardProps) {
  const { file, delivered } = video;
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
          variant={next ? "primary" : delivered ? "quiet" : "outline"}
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
