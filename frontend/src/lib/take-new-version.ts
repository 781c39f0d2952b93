const KEY = "spotlight.reloaded-from";

/**
 * A deploy replaced the parts this page would still fetch: loads the new page. Once for each version,
 * since parts are missing without a connection too; and never where leaving would lose something.
 */
export function takeNewVersion(version: string, reload = () => window.location.reload()): void {
  if (sessionStorage.getItem(KEY) === version || leavingAsks()) return;
  sessionStorage.setItem(KEY, version);
  reload();
}

/** Whoever has something running asks before the page is left: a handover, or a recording. */
function leavingAsks(): boolean {
  return !window.dispatchEvent(new Event("beforeunload", { cancelable: true }));
}
