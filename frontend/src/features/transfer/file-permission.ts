/** Only some browsers tell where a file was chosen, so the page's types do not know what they add for it. */
interface Permitting {
  queryPermission(descriptor: { mode: "read" }): Promise<PermissionState>;
  requestPermission(descriptor: { mode: "read" }): Promise<PermissionState>;
}

/** Whether the file may be read without asking. */
export async function mayRead(handle: FileSystemFileHandle): Promise<boolean> {
  return permits(handle) && (await handle.queryPermission({ mode: "read" })) === "granted";
}

/** Asks the person; to be called as they press something. */
export async function askToRead(handle: FileSystemFileHandle): Promise<boolean> {
  return permits(handle) && (await handle.requestPermission({ mode: "read" })) === "granted";
}

function permits(handle: FileSystemFileHandle): handle is FileSystemFileHandle & Permitting {
  return "queryPermission" in handle && "requestPermission" in handle;
}
