/**
 * Which connection a session description belongs to. Signals may be late, doubled, or meant for a connection
 * that one side has given up, so each description is matched to its counterpart before it is applied.
 */

/** One `RTCPeerConnection` keeps its session id for life; the version counts its descriptions (RFC 8866, 5.2). */
const ORIGIN = /^o=\S+ (\d+) (\d+) /m;
const ANSWER_TO = "a=x-spotlight-answer-to:";

export function sessionOf(description: RTCSessionDescriptionInit): string | undefined {
  return ORIGIN.exec(description.sdp ?? "")?.[1];
}

/** Names this one description among all others. */
export function identityOf(description: RTCSessionDescriptionInit): string | undefined {
  const [, session, version] = ORIGIN.exec(description.sdp ?? "") ?? [];
  return session && `${session}.${version}`;
}

/** The answer, with a note of the offer it answers. An attribute that nobody knows is skipped by every parser. */
export function answering(
  answer: RTCSessionDescriptionInit,
  offer: RTCSessionDescriptionInit,
): RTCSessionDescriptionInit {
  const note = `${ANSWER_TO}${identityOf(offer) ?? ""}\r\n`;
  return { type: answer.type, sdp: (answer.sdp ?? "").replace(/^(?=m=)/m, note) };
}

export function answers(
  answer: RTCSessionDescriptionInit,
  offer: RTCSessionDescriptionInit,
): boolean {
  const noted = new RegExp(`^${ANSWER_TO}(\\S+)`, "m").exec(answer.sdp ?? "")?.[1];
  return noted !== undefined && noted === identityOf(offer);
}
