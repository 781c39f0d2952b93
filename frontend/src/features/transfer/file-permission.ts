/** Only some browsers tell where a file was chosen, so the page's types do not know what they add for it. */
interface Permitting {
  queryPermission(descriptor: { mode: "read" }): Promise<PermissionState>;
  requestPermission(descriptor: { mode: "read" }): Promise<PermissionState>;
}

/**
 * Whether the file may be read without asking. Browsers that ask for nothing have handles of their private
 * file system alone, where nobody needs a permission.
 */
export async function mayRead(handle: FileSystemFileHandle): Promise<boolean> {
  return !asks(handle) || (await handle.queryPermission({ mode: "read" })) === "granted";
}

/** Asks the person; to be called as they press something. */
export async function askToRead(handle: FileSystemFileHandle): Promise<boolean> {
  return !asks(handle) || (await handle.requestPermission({ mode: "read" })) === "granted";
}

function asks(handle: FileSystemFileHandle): handle is FileSystemFileHandle & Permitting {
  return "queryPermission" in handle && "requestPermission" in handle;
}
