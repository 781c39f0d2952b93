/** How the bytes travel: on one network, through the routers' own addresses, or through a relay. */
export type ConnectionPath = "host" | "srflx" | "prflx" | "relay";

/** From the nearest to the furthest: a pair of candidates is as direct as its less direct end. */
const PATHS: readonly ConnectionPath[] = ["host", "prflx", "srflx", "relay"];

export async function connectionPath(
  connection: RTCPeerConnection,
): Promise<ConnectionPath | undefined> {
  const stats = await connection.getStats();
  const all = [...stats.values()] as Record<string, unknown>[];
  const transport = all.find((report) => report.type === "transport");
  const pair =
    all.find((report) => report.id === transport?.selectedCandidatePairId) ??
    // Firefox marks the pair itself.
    all.find((report) => report.type === "candidate-pair" && report.selected === true);
  const ends = all.filter(
    ({ id }) =>
      pair !== undefined && (id === pair.localCandidateId || id === pair.remoteCandidateId),
  );
  return PATHS.findLast((path) => ends.some((candidate) => candidate.candidateType === path));
}
