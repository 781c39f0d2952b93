/** A video to hand over. */
export interface ChosenVideo {
  file: File;
  /** The way back to the same file after a reload, where the browser gives one. */
  handle?: FileSystemFileHandle;
}
