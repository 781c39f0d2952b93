/** Where the receiver's bytes go. Only proven blocks are written, in whatever order they were proven. */
export interface Sink {
  /** The blocks it holds, also from before this page was loaded, each with the hash it was proven by. */
  readonly held: ReadonlyMap<number, string>;
  /** Whether what it holds outlives this page. */
  readonly durable: boolean;
  /**
   * Takes the buffer away, and hands it back where it needs it no more. Once it resolves the block is held:
   * only then is the sender given credit for more.
   */
  write(index: number, block: ArrayBuffer, hash: string): Promise<ArrayBuffer | undefined>;
  /** Reads into `spare`, where there is one and it can. */
  read(index: number, spare?: ArrayBuffer): Promise<ArrayBuffer>;
  /** What is there is not what was proven: the block is held no more. */
  forget(index: number): Promise<void>;
  /** The whole file, once every block is held. */
  finish(): Promise<Blob>;
  /** Lets go of it. A durable one can be opened again. */
  close(): Promise<void>;
  /** Gives the space back. */
  discard(): Promise<void>;
}

export interface SinkFile {
  transfer: string;
  size: number;
  mime: string;
}

/** Finds what an earlier page kept of the same transfer. */
export type OpenSink = (file: SinkFile) => Promise<Sink>;

/** Only a video keeps its type: a Blob's address has this page's origin, and HTML in it would run as ours. */
export function harmlessType(mime: string): string {
  return mime.startsWith("video/") ? mime : "application/octet-stream";
}
