/** More than is shown anywhere, and little enough for the Wi-Fi of a ballroom. */
const LONGEST_SIDE = 1024;

/** A smaller picture of the same, upright; the file itself where this browser cannot make one. */
export async function shrunk(file: File): Promise<Blob> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file);
  } catch {
    // The server says what is wrong with it.
    return file;
  }
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  // PNG keeps what is transparent, and is what every browser can write.
  const type = file.type === "image/jpeg" ? "image/jpeg" : "image/png";
  return new Promise((resolve) => {
    canvas.toBlob((blob) => resolve(blob ?? file), type, 0.92);
  });
}
