/**
 * One direction-less pipe between the two browsers: a data channel in life, a pair of queues in tests.
 * The protocol above it knows nothing of WebRTC.
 */
export interface Lane {
  /** Takes a copy. What is sent into a closed lane is lost, as is all that was under way; `onClose` tells. */
  send(message: string | Uint8Array<ArrayBuffer>): void;
  /** `undefined` while there is room to send; otherwise resolves when there is, or when the lane closed. */
  room(): Promise<void> | undefined;
  /** The largest message that goes out soon enough for words on another lane to wait for it, in bytes. */
  readonly fittingMessage: number;
  readonly isOpen: boolean;
  close(): void;
  /** Bytes are only there until it returns. */
  onMessage: ((message: unknown) => void) | undefined;
  onClose: (() => void) | undefined;
}

/** What connects the two pages. Bytes never wait behind words, nor words behind bytes. */
export interface Lanes {
  control: Lane;
  data: Lane;
  /** Largest message both ends take on the data lane, header included, in bytes. */
  maxMessage: number;
  /**
   * Asks for further lanes for bytes. They come by `onLane`, if at all, and may be lost before these. Both
   * sides call one by the same number, which is not 0, the number of `data`, and not given twice.
   */
  widen?: () => void;
  onLane?: ((lane: Lane, id: number) => void) | undefined;
}
