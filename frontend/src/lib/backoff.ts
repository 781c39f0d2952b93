/**
 * Exponential backoff with full jitter: after a server restarts, its clients come back spread over
 * the whole interval instead of all at once.
 */
export function backoffDelay(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(MAX_MS, BASE_MS * 2 ** attempt);
  return Math.round(random() * ceiling);
}

const BASE_MS = 500;
const MAX_MS = 30_000;
