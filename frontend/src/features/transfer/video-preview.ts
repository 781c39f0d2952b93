import { LONGEST_THUMBNAIL } from "../../lib/transfer/control";
import { settleDuration } from "../../lib/recording/video-duration";

export interface VideoPreview {
  /** Seconds. */
  duration?: number;
  /** A small JPEG as a data URL. */
  thumbnail?: string;
}

const WIDTH = 320;
/** A codec this browser does not know, or a file that is no video, must not keep anybody waiting. */
const PATIENCE_MS = 4000;
/** The very first frame is black too often. */
const MOMENT_SECONDS = 0.1;

/** What can be told of a video before it is sent. Nothing, when this browser cannot play it. */
export async function videoPreview(file: File): Promise<VideoPreview> {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.preload = "auto";
  const url = URL.createObjectURL(file);
  try {
    const loaded = happens(video, "loadeddata");
    video.src = url;
    await loaded;
    const duration = await settleDuration(video);
    const seeked = happens(video, "seeked");
    video.currentTime = Math.min(MOMENT_SECONDS, (duration ?? Infinity) / 2);
    await seeked;
    const thumbnail = drawn(video);
    return { ...(duration ? { duration } : {}), ...(thumbnail ? { thumbnail } : {}) };
  } catch {
    return {};
  } finally {
    video.removeAttribute("src");
    video.load();
    URL.revokeObjectURL(url);
  }
}

function drawn(video: HTMLVideoElement): string | undefined {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = Math.round((WIDTH * video.videoHeight) / video.videoWidth);
  canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return [0.7, 0.4, 0.15]
    .map((quality) => canvas.toDataURL("image/jpeg", quality))
    .find((picture) => picture.length <= LONGEST_THUMBNAIL);
}

function happens(video: HTMLVideoElement, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = () => reject(new Error(`no ${event}`));
    const timer = setTimeout(failed, PATIENCE_MS);
    video.addEventListener("error", failed, { once: true });
    video.addEventListener(
      event,
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
