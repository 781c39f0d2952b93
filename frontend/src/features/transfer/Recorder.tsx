import { MicOff, RotateCcw, Send, SwitchCamera, Trash2, VideoOff, X } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button, IconButton } from "../../components/Button";
import { classNames } from "../../components/class-names";
import { ToastPlace } from "../../components/Toast";
import { bytes } from "../../lib/bytes";
import { forgetVideo } from "../../lib/kept-videos";
import type { Camera } from "../../lib/recording/camera";
import { TROUBLE_IN_WORDS } from "../../lib/recording/camera";
import type { ChosenVideo } from "../../lib/chosen-video";
import { forgetAddress } from "./file-address";
import { PlayableVideo } from "./PlayableVideo";
import type { Recorded } from "../../lib/recording/recording";
import { useRecorder } from "./use-recorder";
import { durationInWords } from "./wording";

interface RecorderProps {
  partner: string;
  /** Where recordings are kept until they are handed over, and what they are named after. */
  folder: string;
  of: string;
  onSend: (video: ChosenVideo) => void;
  /** A recording that was neither sent nor deleted stays in its folder, if it is on disk at all. */
  onClose: (unsent?: Recorded) => void;
}

/** Films over the whole screen: nothing else matters while somebody dances. */
export function Recorder({ partner, folder, of, onSend, onClose }: RecorderProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { state, start, stop, flip, retry } = useRecorder({ folder, of });

  useEffect(() => {
    const element = dialog.current;
    if (element && !element.open) element.showModal();
    return turnFreely();
  }, []);

  const filming = state.phase === "recording" || state.phase === "ending";
  /** Closing must not lose a dance: what is being filmed ends first, and is shown. */
  const leave = () => {
    if (filming) stop();
    else if (state.phase === "recorded") {
      onClose(state.recorded);
      forgetAddress(state.recorded.file);
    } else onClose();
  };

  function send(recorded: Recorded) {
    onSend(recorded);
    forgetAddress(recorded.file);
  }

  async function discard({ file, handle }: Recorded) {
    if (handle) await forgetVideo(folder, file.name);
    await retry();
    forgetAddress(file);
  }

  return (
    <dialog
      ref={dialog}
      aria-label={`Record a video for ${partner}`}
      onCancel={(event) => {
        event.preventDefault();
        leave();
      }}
      className="m-0 h-dvh max-h-none w-screen max-w-none bg-background p-0 text-text"
    >
      {/* A phone lying on its side has no height to spare: the controls stand beside the picture. */}
      <div className="flex h-full flex-col landscape:max-lg:flex-row">
        <header className="flex min-h-16 items-center justify-between gap-2 px-2 pt-[env(safe-area-inset-top)] landscape:max-lg:w-32 landscape:max-lg:flex-col landscape:max-lg:justify-start landscape:max-lg:gap-6 landscape:max-lg:pt-3 landscape:max-lg:text-center">
          <IconButton label="Close" onClick={leave}>
            <X size={20} aria-hidden="true" />
          </IconButton>
          {filming ? (
            <p
              role="timer"
              className="flex items-center gap-2 text-lg font-semibold tabular-nums landscape:max-lg:flex-col"
            >
              <span className="size-3 shrink-0 animate-breathe rounded-full bg-accent motion-reduce:animate-none" />
              {state.phase === "recording"
                ? `${durationInWords(Math.floor(state.seconds))} · ${bytes(state.bytes)}`
                : "Ending"}
            </p>
          ) : (
            <p className="max-w-full truncate font-semibold">For {partner}</p>
          )}
          {/* Keeps the title in the middle. */}
          <span className="size-11 landscape:max-lg:hidden" />
        </header>
        <ToastPlace />

        <div className="relative min-h-0 grow bg-surface">
          {"camera" in state && <Preview camera={state.camera} />}
          {state.phase === "recorded" && <Review recorded={state.recorded} />}
          {state.phase === "opening" && (
            <Notice>
              <p role="status">Opening the camera</p>
            </Notice>
          )}
          {state.phase === "trouble" && (
            <Notice>
              <VideoOff size={28} aria-hidden="true" className="text-muted" />
              <p role="alert">{TROUBLE_IN_WORDS[state.trouble]}</p>
              <Button variant="primary" onClick={() => void retry()}>
                Try again
              </Button>
            </Notice>
          )}
        </div>

        <footer className="grid min-h-32 grid-cols-1 place-items-center px-4 pt-3 pb-safe landscape:max-lg:w-52 landscape:max-lg:shrink-0">
          {"camera" in state && (
            <div className="grid w-full max-w-sm grid-cols-3 items-center justify-items-center landscape:max-lg:grid-cols-1 landscape:max-lg:gap-6">
              <span className="text-xs text-muted">
                {state.camera.silent && (
                  <span className="flex items-center gap-1">
                    <MicOff size={20} aria-hidden="true" /> Without sound
                  </span>
                )}
              </span>
              <Shutter recording={filming} onPress={filming ? stop : () => void start()} />
              {state.phase === "ready" && state.camera.others && (
                <IconButton label="Turn the camera" className="bg-raised" onClick={flip}>
                  <SwitchCamera size={20} aria-hidden="true" />
                </IconButton>
              )}
            </div>
          )}
          {state.phase === "recorded" && (
            <Decision
              recorded={state.recorded}
              partner={partner}
              onSend={() => send(state.recorded)}
              onDiscard={() => void discard(state.recorded)}
            />
          )}
        </footer>
      </div>
    </dialog>
  );
}

function Notice({ children }: { children: ReactNode }) {
  return (
    <div className="absolute inset-0 flex flex-col items-center justify-center gap-4 p-6 text-center">
      <div className="flex max-w-sm flex-col items-center gap-4">{children}</div>
    </div>
  );
}

function Preview({ camera }: { camera: Camera }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current) video.current.srcObject = camera.stream;
  }, [camera]);
  return (
    <video
      ref={video}
      autoPlay
      muted
      playsInline
      aria-label="What the camera sees"
      className={classNames(
        "absolute inset-0 size-full object-contain",
        camera.facesUser && "-scale-x-100",
      )}
    />
  );
}

function Review({ recorded }: { recorded: Recorded }) {
  return (
    <div className="absolute inset-0 flex flex-col">
      <PlayableVideo
        file={recorded.file}
        label="Your recording"
        className="min-h-0 w-full grow object-contain"
      />
    </div>
  );
}

/** Large enough to be hit without looking. */
function Shutter({ recording, onPress }: { recording: boolean; onPress: () => void }) {
  return (
    <button
      type="button"
      aria-label={recording ? "Stop recording" : "Start recording"}
      onClick={onPress}
      className="grid size-20 place-items-center rounded-full border-4 border-text"
    >
      <span
        className={classNames(
          "bg-accent transition-all motion-reduce:transition-none",
          recording ? "size-8 rounded-sm" : "size-16 rounded-full",
        )}
      />
    </button>
  );
}

interface DecisionProps {
  recorded: Recorded;
  partner: string;
  onSend: () => void;
  onDiscard: () => void;
}

function Decision({ recorded, partner, onSend, onDiscard }: DecisionProps) {
  const [sure, setSure] = useState(false);
  return (
    <div className="flex w-full max-w-sm flex-col gap-3">
      {recorded.cutShort && (
        <p role="alert" className="text-sm text-danger">
          {recorded.cutShort === "no-room"
            ? "There was no more room on this device. What was filmed until then is here."
            : "The camera was taken away. What was filmed until then is here."}
        </p>
      )}
      {!recorded.durable && (
        <p className="text-sm text-muted">
          This browser keeps it in memory only: leave the page open until {partner} has it.
        </p>
      )}
      <Button
        variant="primary"
        wide
        className="[overflow-wrap:anywhere]"
        icon={<Send size={20} aria-hidden="true" className="shrink-0" />}
        disabled={recorded.file.size === 0}
        onClick={onSend}
      >
        Send to {partner}
      </Button>
      {sure ? (
        <Button
          variant="danger"
          wide
          icon={<Trash2 size={20} aria-hidden="true" />}
          onClick={onDiscard}
        >
          Delete this one
        </Button>
      ) : (
        <Button
          variant="ghost"
          wide
          icon={<RotateCcw size={20} aria-hidden="true" />}
          onClick={() => setSure(true)}
        >
          Film again
        </Button>
      )}
    </div>
  );
}

/** An installed app is upright, yet a dance is filmed lying: the camera goes by how the page stands. */
function turnFreely(): () => void {
  const orientation = screen.orientation as ScreenOrientation & {
    lock?: (how: "any") => Promise<void>;
  };
  orientation.lock?.("any").catch(() => {
    // In a browser's tab the page turns anyway.
  });
  return () => orientation.unlock();
}
