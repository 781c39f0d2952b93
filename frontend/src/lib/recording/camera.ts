/** The camera to film with. */

export interface Camera {
  stream: MediaStream;
  /** Without a microphone a film is silent, which the person should know beforehand. */
  silent: boolean;
  /** Shows the person themselves, so the preview is a mirror. */
  facesUser: boolean;
  /** There is another one to turn to. */
  others: boolean;
}

/** Why there is no picture. */
export type CameraTrouble = "refused" | "none" | "busy" | "broken";

const PICTURE = {
  width: { ideal: 1920 },
  height: { ideal: 1080 },
  frameRate: { ideal: 30, max: 60 },
};
/** Made for voices: these would take the music apart. */
const SOUND = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

/** The rear camera first: one films the partner. */
export async function openCamera(which: MediaTrackConstraints = rear): Promise<Camera> {
  const video = { ...PICTURE, ...which };
  let silent = false;
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video, audio: SOUND });
  } catch (cause) {
    if (troubleOf(cause) === "busy") throw cause;
    // No microphone, or only that one refused: a silent film is better than none.
    stream = await navigator.mediaDevices.getUserMedia({ video });
    silent = true;
  }
  const facing = stream.getVideoTracks()[0]?.getSettings().facingMode;
  const others = (await cameras()).length > 1;
  return { stream, silent, facesUser: facing === "user", others };
}

const rear: MediaTrackConstraints = { facingMode: { ideal: "environment" } };

/** Phones have several lenses behind: turning goes by direction there, and from one to the next elsewhere. */
export async function otherCamera({ stream }: Camera): Promise<MediaTrackConstraints> {
  const { facingMode, deviceId } = stream.getVideoTracks()[0]?.getSettings() ?? {};
  if (facingMode) {
    return { facingMode: { ideal: facingMode === "environment" ? "user" : "environment" } };
  }
  const all = await cameras();
  const next = all[(all.findIndex((camera) => camera.deviceId === deviceId) + 1) % all.length];
  return next ? { deviceId: { exact: next.deviceId } } : rear;
}

export function closeCamera({ stream }: Camera): void {
  for (const track of stream.getTracks()) track.stop();
}

export function troubleOf(cause: unknown): CameraTrouble {
  switch (cause instanceof DOMException ? cause.name : undefined) {
    case "NotAllowedError":
    case "SecurityError":
      return "refused";
    case "NotFoundError":
    case "OverconstrainedError":
      return "none";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "broken";
  }
}

export const TROUBLE_IN_WORDS: Record<CameraTrouble, string> = {
  refused:
    "The camera is not allowed here. Allow it in your browser’s settings for this site, then try again.",
  none: "This device has no camera. Film with your phone and choose the video.",
  busy: "Another app is using the camera. Close that app, then try again.",
  broken: "The camera does not start. Film with your camera app and choose the video.",
};

async function cameras(): Promise<MediaDeviceInfo[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter(({ kind }) => kind === "videoinput");
}
