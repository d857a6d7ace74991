// Contour levels that show valleys: close together near the least value, far apart above.

/** How the values of a landscape are spread between two ends, and which levels cut them. */
export interface Levels {
  /** Where the colours begin and end. */
  from: number;
  to: number;
  /** Increasing, within (from, to). Empty for a constant. */
  levels: number[];
  /** In [0, 1], growing with the value: half of the samples are below 1/2. */
  place(value: number): number;
  /** p of levelsOf; 1: levels are evenly spaced. */
  power: number;
  /** The share of all samples that are NaN. */
  hole: number;
}

const kPowers: [number, number] = [0.6, 12];
const kTail = 0.98; // beyond this share of samples values may be enormous: x**100

const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;

/** A number of few digits near `value`, off by at most a fifth of `gap`. */
function rounded(value: number, gap: number): number {
  const unit = 10 ** Math.floor(Math.log10(0.4 * gap));
  const digits = Math.max(0, Math.min(100, -Math.log10(unit)));
  return Number.isFinite(unit) && unit > 0 ? Number((Math.round(value / unit) * unit).toFixed(digits)) : value;
}

/**
 * About `count` levels from the least of `values` (or `floor`, where something lower is known) to the greatest.
 * With t = place(value), value = from + (to - from) t^p, with p such that the median is at t = 1/2; going up
 * hill the same from above.
 */
export function levelsOf(values: ArrayLike<number>, count: number, { floor = NaN, ascending = false } = {}): Levels {
  const sign = ascending ? -1 : 1;
  const finite = Float64Array.from(Array.from(values).filter(Number.isFinite), (each) => sign * each).sort();
  let hole = 0;
  for (let i = 0; i < values.length; ++i) if (Number.isNaN(values[i])) ++hole;
  hole /= Math.max(1, values.length);
  if (finite.length === 0) return { from: 0, to: 0, levels: [], place: () => 0, power: 1, hole };

  const least = finite[0] as number;
  const from = sign * floor < least ? sign * floor : least;
  const tail = quantile(finite, kTail);
  const greatest = finite[finite.length - 1] as number;
  const to = greatest - from > 100 * (tail - from) && tail > from ? tail : greatest;
  const scale = Math.max(Math.abs(from), Math.abs(to));
  if (!(to - from > 1e-13 * scale)) return { from: sign * from, to: sign * to, levels: [], place: () => 0, power: 1, hole };

  const half = (quantile(finite, 0.5) - from) / (to - from);
  const power = Math.min(kPowers[1], Math.max(kPowers[0], Math.log(Math.min(0.999, Math.max(half, 1e-12))) / Math.log(0.5)));
  const level = (t: number): number => from + (to - from) * t ** power;
  const place = (value: number): number => {
    const share = (sign * value - from) / (to - from);
    const t = Math.min(1, Math.max(0, share)) ** (1 / power);
    return ascending ? 1 - t : t;
  };
  const levels: number[] = [];
  for (let i = 1; i < count; ++i) {
    const gap = level((i + 0.5) / count) - level((i - 0.5) / count);
    const next = rounded(level(i / count), gap);
    if (next > Math.max(from, levels[levels.length - 1] ?? -Infinity) && next < to) levels.push(next);
  }
  if (ascending) levels.reverse();
  return {
    from: ascending ? -to : from,
    to: ascending ? -from : to,
    levels: levels.map((each) => sign * each),
    place,
    power,
    hole,
  };
}
