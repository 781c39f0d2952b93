import { useCallback, useEffect, useRef, useState } from "react";
import {
  type Camera,
  type CameraTrouble,
  closeCamera,
  openCamera,
  otherCamera,
  troubleOf,
} from "../../lib/recording/camera";
import { PageGuard } from "./page-guard";
import { type Recorded, Recording } from "../../lib/recording/recording";

export type RecorderState =
  | { phase: "opening" }
  | { phase: "trouble"; trouble: CameraTrouble }
  | { phase: "ready"; camera: Camera }
  | { phase: "recording"; camera: Camera; seconds: number; bytes: number }
  | { phase: "ending"; camera: Camera }
  | { phase: "recorded"; recorded: Recorded };

/** A camera for as long as the component is there, and what it records. */
export function useRecorder({ folder, of }: { folder: string; of: string }) {
  const [state, setState] = useState<RecorderState>({ phase: "opening" });
  const camera = useRef<Camera>(undefined);
  const recording = useRef<Recording>(undefined);
  /** What was asked for last; an answer to anything before is too late. */
  const asked = useRef(0);

  const open = useCallback(async (which?: () => Promise<MediaTrackConstraints>) => {
    const mine = ++asked.current;
    setState({ phase: "opening" });
    try {
      const constraints = await which?.();
      // Phones open one camera at a time.
      if (camera.current) closeCamera(camera.current);
      const opened = await openCamera(constraints);
      if (mine !== asked.current) {
        closeCamera(opened);
        return;
      }
      camera.current = opened;
      setState({ phase: "ready", camera: opened });
    } catch (cause) {
      if (mine === asked.current) setState({ phase: "trouble", trouble: troubleOf(cause) });
    }
  }, []);

  const close = useCallback(() => {
    asked.current += 1;
    recording.current?.stop();
    if (camera.current) closeCamera(camera.current);
    camera.current = undefined;
  }, []);

  useEffect(() => {
    // eslint-disable-next-line react-hooks/set-state-in-effect -- the camera is the outside system here
    void open();
    return close;
  }, [open, close]);

  const recordingNow = state.phase === "recording" || state.phase === "ending";
  useEffect(() => {
    if (!recordingNow) return;
    const guard = new PageGuard();
    guard.set({ running: true, unsaved: false });
    return () => guard.set({ running: false, unsaved: false });
  }, [recordingNow]);

  const start = useCallback(async () => {
    const filming = camera.current;
    if (!filming) return;
    setState({ phase: "recording", camera: filming, seconds: 0, bytes: 0 });
    const failed = (cause: unknown) => {
      console.error("no recording", cause);
      setState({ phase: "trouble", trouble: "broken" });
    };
    try {
      recording.current = await Recording.start({
        stream: filming.stream,
        folder,
        of,
        onProgress: (progress) =>
          setState((now) => (now.phase === "recording" ? { ...now, ...progress } : now)),
        onEnd: (recorded) => {
          recording.current = undefined;
          close();
          setState({ phase: "recorded", recorded });
        },
        onFailure: failed,
      });
    } catch (cause) {
      failed(cause);
    }
  }, [folder, of, close]);

  const stop = useCallback(() => {
    if (!recording.current) return;
    recording.current.stop();
    setState((now) => (now.phase === "recording" ? { phase: "ending", camera: now.camera } : now));
  }, []);

  const flip = useCallback(() => {
    const now = camera.current;
    if (now) void open(() => otherCamera(now));
  }, [open]);

  return { state, start, stop, flip, retry: open };
}
