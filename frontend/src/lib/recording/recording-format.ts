/** What a recording is made of. */

interface RecordingFormat {
  mime: string;
  extension: "mp4" | "webm";
}

/**
 * The best first. MP4 with H.264 plays on every phone and in every gallery, and phones encode it in
 * hardware; WebM is what remains, in Firefox for one, and an older iPhone does not play it.
 */
const FORMATS: RecordingFormat[] = [
  { mime: "video/mp4;codecs=avc1,mp4a.40.2", extension: "mp4" },
  { mime: "video/mp4;codecs=avc1,opus", extension: "mp4" },
  { mime: "video/webm;codecs=vp8,opus", extension: "webm" },
  { mime: "video/mp4", extension: "mp4" },
  { mime: "video/webm", extension: "webm" },
];

/** `undefined` where this browser cannot record. */
export function recordingFormat(): RecordingFormat | undefined {
  if (!("MediaRecorder" in globalThis) || !("mediaDevices" in navigator)) return undefined;
  return FORMATS.find(({ mime }) => MediaRecorder.isTypeSupported(mime));
}

/** Dancing is motion from edge to edge: less shows blocks at every turn. */
export function videoBitsPerSecond(frameRate: number | undefined): number {
  return (frameRate ?? 30) > 30 ? 12_000_000 : 10_000_000;
}

export const AUDIO_BITS_PER_SECOND = 128_000;

/**
 * How often what was recorded goes to disk. In MP4, Chromium hands out only what ends in a key frame, of
 * which it makes one in ten seconds unless asked, so key frames keep the same pace: a crash then costs a
 * second, and one can seek to each second of a dance.
 */
export const SLICE_MS = 1000;

/** "2026-11-23 21.40 Anna and Ben.mp4": sorts by time, and no file system objects to it. */
export function recordingName(at: Date, of: string, extension: string): string {
  const pad = (part: number) => String(part).padStart(2, "0");
  const day = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
  return `${day} ${pad(at.getHours())}.${pad(at.getMinutes())} ${plain(of)}.${extension}`;
}

function plain(words: string): string {
  // eslint-disable-next-line no-control-regex -- just what must not be in a file's name
  return words.replace(/[\\/:*?"<>|\u0000-\u001f]/g, "_").slice(0, 120);
}
