/** One measured value; a peer's was measured in the same run. */
export interface Row {
  name: string;
  value: number;
  unit: string;
  peer?: string;
  peerValue?: number;
  /** Ours to the peer's, turned so that larger is better. */
  ratio?: number;
  target?: number;
  met?: boolean;
}

export function beside(
  row: { name: string; value: number; unit: string },
  peer: { peer: string; peerValue: number },
  target?: number,
): Row {
  const ratio = row.value / peer.peerValue;
  return {
    ...row,
    ...peer,
    ratio,
    ...(target === undefined ? {} : { target, met: ratio >= target }),
  };
}

/** Something of which there may be no more than `most`. */
export function atMost(row: { name: string; value: number; unit: string }, most: number): Row {
  return { ...row, target: most, met: row.value <= most };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const value = sorted[Math.floor(middle)];
  if (value === undefined) throw new Error("the median of nothing");
  return sorted.length % 2 === 0 ? (value + (sorted[middle - 1] ?? value)) / 2 : value;
}

export function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}
