/** A position behind every end. */
const FAR_SECONDS = 1e7;
const PATIENCE_MS = 4000;

/**
 * What was recorded in a browser may not say how long it is; looking for its end finds out. Answers the
 * seconds, or nothing when that is beyond this browser. The player is back at the start afterwards.
 */
export async function settleDuration(video: HTMLVideoElement): Promise<number | undefined> {
  if (video.duration === Infinity) {
    const found = new Promise<void>((resolve) => {
      video.addEventListener("seeked", () => resolve(), { once: true });
      setTimeout(resolve, PATIENCE_MS);
    });
    video.currentTime = FAR_SECONDS;
    await found;
    video.currentTime = 0;
  }
  return Number.isFinite(video.duration) ? video.duration : undefined;
}
