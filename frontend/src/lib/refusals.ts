/**
 * What the server refused, over HTTP or the socket, told by its code to whoever can offer the way out:
 * where a request is made, only its own sentence is shown.
 */
const listeners = new Set<(code: string) => void>();

export function tellRefusal(code: string): void {
  for (const listener of [...listeners]) listener(code);
}

/** Answers how to stop listening. */
export function onRefusal(listener: (code: string) => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
