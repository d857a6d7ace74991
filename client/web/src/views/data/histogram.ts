// How the numbers of a column are spread. No DOM.

export interface Histogram {
  /** Edges of the bins, one more than bins. */
  edges: number[];
  counts: number[];
}

const kMostBins = 24;

/** Bins of equal width from the least to the greatest; few different whole numbers have a bin each. Without NaN. */
export function histogram(values: ArrayLike<number>, most = kMostBins): Histogram | undefined {
  let least = Infinity;
  let greatest = -Infinity;
  let whole = true;
  let count = 0;
  for (let i = 0; i < values.length; ++i) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    ++count;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
    whole &&= Number.isInteger(value);
  }
  if (count === 0) return undefined;
  const apart = whole && greatest - least < most;
  const [from, to] = apart ? [least - 0.5, greatest + 0.5] : least < greatest ? [least, greatest] : [least - 0.5, greatest + 0.5];
  // Sturges' rule, a little finer: small samples do not fall apart into spikes.
  const bins = apart ? greatest - least + 1 : least < greatest ? Math.min(most, Math.ceil(Math.log2(count)) + 3) : 1;
  const width = (to - from) / bins;
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < values.length; ++i) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    const bin = Math.min(bins - 1, Math.floor((value - from) / width));
    counts[bin] = (counts[bin] as number) + 1;
  }
  return { edges: Array.from({ length: bins + 1 }, (_, i) => from + i * width), counts };
}
