/**
 * The other browser broke the protocol. Whoever sees one ends the link: nothing a partner sends may be
 * guessed at, repaired or allowed to fill this page's memory.
 */
export class ProtocolViolation extends Error {
  override readonly name = "ProtocolViolation";
}
