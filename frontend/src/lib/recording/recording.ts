import type { ChosenVideo } from "../chosen-video";
import { openRecordingFile, type RecordingFile } from "./recording-file";
import {
  AUDIO_BITS_PER_SECOND,
  recordingFormat,
  recordingName,
  SLICE_MS,
  videoBitsPerSecond,
} from "./recording-format";
import { durationElement, type WebmHeader, withRoomForDuration } from "./webm-duration";

export interface Recorded extends ChosenVideo {
  durable: boolean;
  /** Why it ended before the person said so. */
  cutShort?: "no-room" | "camera-lost";
}

interface RecordingOptions {
  stream: MediaStream;
  /** Where it is kept until it has been handed over. */
  folder: string;
  /** What the file is named after. */
  of: string;
  onProgress: (progress: { seconds: number; bytes: number }) => void;
  /** Once, whatever ended it. */
  onEnd: (recorded: Recorded) => void;
  onFailure: (cause: unknown) => void;
}

/** One recording, from the first slice to the file: each slice is on disk before the next but one. */
export class Recording {
  readonly #options: RecordingOptions;
  readonly #recorder: MediaRecorder;
  readonly #file: RecordingFile;
  readonly #began = performance.now();
  #webm: WebmHeader | undefined;
  #bytes = 0;
  #writing: Promise<void> = Promise.resolve();
  #cutShort: Recorded["cutShort"];

  private constructor(options: RecordingOptions, recorder: MediaRecorder, file: RecordingFile) {
    this.#options = options;
    this.#recorder = recorder;
    this.#file = file;
    recorder.addEventListener("dataavailable", ({ data }) => {
      this.#writing = this.#writing.then(() => this.#keep(data)).catch(this.#failedToKeep);
    });
    recorder.addEventListener("error", () => (this.#cutShort ??= "camera-lost"));
    recorder.addEventListener("stop", () => void this.#end());
    // The system may take the camera away, for a call for one.
    for (const track of options.stream.getTracks()) {
      track.addEventListener("ended", () => {
        if (recorder.state === "inactive") return;
        this.#cutShort ??= "camera-lost";
        this.stop();
      });
    }
    document.addEventListener("visibilitychange", this.#flush);
    recorder.start(SLICE_MS);
  }

  static async start(options: RecordingOptions): Promise<Recording> {
    const format = recordingFormat();
    if (!format) throw new Error("this browser cannot record");
    const { mime, extension } = format;
    const frameRate = options.stream.getVideoTracks()[0]?.getSettings().frameRate;
    const recorder = new MediaRecorder(options.stream, {
      mimeType: mime,
      videoBitsPerSecond: videoBitsPerSecond(frameRate),
      audioBitsPerSecond: AUDIO_BITS_PER_SECOND,
      videoKeyFrameIntervalDuration: SLICE_MS,
    } as MediaRecorderOptions);
    const name = recordingName(new Date(), options.of, extension);
    const file = await openRecordingFile(options.folder, name, mime);
    try {
      return new Recording(options, recorder, file);
    } catch (cause) {
      // The camera went in between. The empty file goes at the next visit.
      await file.finish();
      throw cause;
    }
  }

  stop(): void {
    if (this.#recorder.state !== "inactive") this.#recorder.stop();
  }

  get #seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  /** A hidden page may be ended without notice. */
  readonly #flush = () => {
    if (document.visibilityState === "hidden" && this.#recorder.state === "recording") {
      this.#recorder.requestData();
    }
  };

  async #keep(slice: Blob): Promise<void> {
    if (slice.size === 0 || this.#cutShort === "no-room") return;
    const seconds = this.#seconds;
    let bytes = new Uint8Array(await slice.arrayBuffer());
    if (this.#bytes === 0) {
      this.#webm = withRoomForDuration(bytes);
      bytes = this.#webm?.bytes ?? bytes;
    }
    this.#bytes += bytes.length;
    // A recording that was cut off is to tell its length too, so it is kept up to date.
    const duration = this.#webm && durationElement(seconds, this.#webm.scale);
    await this.#file.append(bytes);
    if (this.#webm && duration) await this.#file.overwrite(this.#webm.at, duration);
    this.#options.onProgress({ seconds, bytes: this.#bytes });
  }

  readonly #failedToKeep = (cause: unknown) => {
    console.error("the recording could not be written", cause);
    this.#cutShort = "no-room";
    this.stop();
  };

  async #end(): Promise<void> {
    document.removeEventListener("visibilitychange", this.#flush);
    try {
      await this.#writing;
      const chosen = await this.#file.finish();
      this.#options.onEnd({
        ...chosen,
        durable: this.#file.durable,
        ...(this.#cutShort ? { cutShort: this.#cutShort } : {}),
      });
    } catch (cause) {
      this.#options.onFailure(cause);
    }
  }
}
