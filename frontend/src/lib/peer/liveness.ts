/** Browsers check each path every few seconds, so one over which nothing comes for so long is dead. */
const SILENCE_MS = 4000;

/** Whether anything still arrives over a connection. A browser itself needs half a minute to say no. */
export async function isAlive(connection: RTCPeerConnection): Promise<boolean> {
  const before = await arrivals(connection);
  await new Promise((resolve) => setTimeout(resolve, SILENCE_MS));
  return (await arrivals(connection)) > before;
}

/** Grows with everything that arrives: bytes, and answers to the browser's own checks. */
async function arrivals(connection: RTCPeerConnection): Promise<number> {
  let sum = 0;
  for (const report of (await connection.getStats()).values()) {
    const { type, bytesReceived, responsesReceived } = report as Record<string, unknown>;
    if (type !== "candidate-pair") continue;
    sum += (Number(bytesReceived) || 0) + (Number(responsesReceived) || 0);
  }
  return sum;
}
