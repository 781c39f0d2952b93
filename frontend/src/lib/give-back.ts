/** A way to nobody: whatever goes there is dropped. */
let nobody: MessagePort | undefined;

/**
 * Gives a buffer's memory back at once, where the garbage collector would be late. Chromium's runs when objects
 * are many, and a few buffers of megabytes are few objects: while a video passes through, hundreds of megabytes
 * would wait for it. What is handed over in a message has left this page, and a message that nobody can get is
 * dropped with all it holds.
 *
 * Other browsers count a buffer's bytes, and carry such a message to another process first.
 */
export function giveBack(buffer: ArrayBuffer): void {
  if (!("userAgentData" in navigator)) return;
  nobody ??= deadEnd();
  nobody.postMessage(undefined, [buffer]);
}

function deadEnd(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  return port1;
}
