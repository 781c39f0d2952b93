/**
 * Where the receiver's bytes go. Only proven blocks are written, in whatever order they were proven.
 * A sink that survives the page (the origin's private file system) is the seam for resuming after a reload.
 */
export interface Sink {
  /**
   * Takes the buffer away and hands it back once the bytes are kept: only then is the sender given
   * credit for more.
   */
  write(offset: number, bytes: ArrayBuffer): Promise<ArrayBuffer>;
  /** Bytes already written, for hashing what arrived out of order. */
  read(offset: number, length: number): Promise<ArrayBuffer>;
  /** The whole file, once every byte of it has been written. */
  finish(): Promise<Blob>;
  /** Gives the space back. */
  discard(): Promise<void>;
}

export type OpenSink = (file: { size: number; mime: string }) => Promise<Sink>;

/**
 * Keeps the file as one Blob per block. Chromium moves Blobs to disk when they grow, so the page itself
 * stays small; other browsers hold them in memory.
 */
export const openBlobSink: OpenSink = ({ mime }) => {
  const parts = new Map<number, Blob>();
  const sink: Sink = {
    write(offset, bytes) {
      parts.set(offset, new Blob([bytes]));
      return Promise.resolve(bytes);
    },
    read(offset, length) {
      const part = parts.get(offset);
      if (part?.size !== length) return Promise.reject(new RangeError("not written yet"));
      return part.arrayBuffer();
    },
    finish() {
      const inOrder = [...parts].sort(([a], [b]) => a - b).map(([, part]) => part);
      return Promise.resolve(new Blob(inOrder, { type: harmlessType(mime) }));
    },
    discard() {
      parts.clear();
      return Promise.resolve();
    },
  };
  return Promise.resolve(sink);
};

/** Only a video keeps its type: a Blob's address has this page's origin, and HTML in it would run as ours. */
function harmlessType(mime: string): string {
  return mime.startsWith("video/") ? mime : "application/octet-stream";
}
