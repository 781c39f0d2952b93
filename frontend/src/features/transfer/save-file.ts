/** Puts a received file where the person wants it, without taking it into memory. */

/** `confirmed`: every byte is written. `begun`: the browser took it over and tells no more. */
export type SaveResult = "confirmed" | "begun";

export async function writeTo(
  place: FileSystemFileHandle,
  file: Blob,
  { onProgress, signal }: { onProgress: (bytes: number) => void; signal: AbortSignal },
): Promise<void> {
  const writable = await place.createWritable();
  let written = 0;
  const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      controller.enqueue(chunk);
      written += chunk.byteLength;
      onProgress(written);
    },
  });
  // Closes the writable, which is when the bytes take their place; an error or an abort drops them.
  await file.stream().pipeThrough(counted).pipeTo(writable, { signal });
  const { size } = await place.getFile();
  if (size !== file.size) throw new Error(`${size} bytes were written instead of ${file.size}`);
}

export function saveTroubleInWords(cause: unknown): string {
  switch (cause instanceof DOMException ? cause.name : undefined) {
    case "QuotaExceededError":
    case "NoModificationAllowedError":
      return "There is no room for it there, or the place cannot be written to. Choose another place.";
    case "NotAllowedError":
    case "SecurityError":
      return "The browser was not allowed to write there. Choose another place.";
    case "NotFoundError":
    case "NotReadableError":
      return "The place is gone, or the video can no longer be read. Save it once more.";
    default:
      return "It could not be saved. Try again, or choose another place.";
  }
}
