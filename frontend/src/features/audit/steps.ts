/** Where in a match's history one is. Steps are its events; positions are places in the whole log. */

/** The last step at or before a position; the first when it is before all of them, the last without one. */
export function stepAt(positions: readonly number[], at: number | undefined): number {
  if (at === undefined) return positions.length - 1;
  return Math.max(
    0,
    positions.findLastIndex((position) => position <= at),
  );
}

/** A position as it may stand in an address, where anything may stand. */
export function positionIn(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** What an auditor may paste: an id alone, or an address of a match with or without a position. */
export function matchIn(text: string): { id: string; at: number | undefined } | undefined {
  const id = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i.exec(text)?.[0];
  if (!id) return undefined;
  return { id: id.toLowerCase(), at: positionIn(/[?&]at=(\d+)/.exec(text)?.[1] ?? null) };
}
