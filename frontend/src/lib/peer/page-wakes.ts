/**
 * Tells when a page may have slept: it is looked at again, comes out of the cache of pages gone back to, or
 * its network is back. Timers stood still meanwhile, and a connection may have died unnoticed.
 * Answers the way to stop listening.
 */
export function onPageWakes(listener: () => void): () => void {
  const seen = () => {
    if (document.visibilityState === "visible") listener();
  };
  document.addEventListener("visibilitychange", seen);
  window.addEventListener("pageshow", listener);
  window.addEventListener("online", listener);
  return () => {
    document.removeEventListener("visibilitychange", seen);
    window.removeEventListener("pageshow", listener);
    window.removeEventListener("online", listener);
  };
}
