/** Where received videos lie in the origin's private file system, each under the name of its transfer. */
export async function receivedFolder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle("received", { create: true });
}
