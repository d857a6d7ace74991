// A run's values as a small curve: arithmetic only.

export interface Spark {
  iterations: ArrayLike<number>;
  values: ArrayLike<number>;
}

/** So many decades below the way from the start are shown, and above it where the values grow. */
const kDecadesBelow = 6;
const kDecadesAbove = 2;

/**
 * Heights in decades: log10 of the distance to the best value in units of the way from the first to the
 * best, so that a linear convergence is a straight line down. The best itself stands where the nearest other
 * value does, one to six decades down. NaN where the value is.
 */
export function heights(values: ArrayLike<number>, maximize = false): number[] {
  const sign = maximize ? -1 : 1;
  const costs = Array.from({ length: values.length }, (_, i) => sign * (values[i] as number));
  const finite = costs.filter(Number.isFinite);
  const least = Math.min(...finite);
  const way = (finite[0] ?? NaN) - least || Math.max(...finite) - least || 1;
  const gaps = costs.map((cost) => (cost - least) / way);
  const nearest = gaps.reduce((floor, gap) => (gap > 0 && gap < floor ? gap : floor), 0.1);
  const floor = Math.max(nearest, 10 ** -kDecadesBelow);
  return gaps.map((gap) => (Number.isNaN(gap) ? NaN : Math.min(kDecadesAbove, Math.log10(Math.max(gap, floor)))));
}

/** The curve in a box of `width` by `height`, y downwards; empty where there is nothing to draw. */
export function sparklinePath({ iterations, values }: Spark, width: number, height: number, maximize = false): string {
  const all = heights(values, maximize);
  const known = all.filter((each) => !Number.isNaN(each));
  if (known.length === 0) return "";
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const first = iterations[0] as number;
  const span = (iterations[iterations.length - 1] as number) - first || 1;
  const rise = high - low;
  const round = (number: number) => Math.round(number * 10) / 10;
  let path = "";
  let drawing = false;
  all.forEach((each, i) => {
    if (Number.isNaN(each)) {
      drawing = false;
      return;
    }
    const x = round((((iterations[i] as number) - first) / span) * width);
    const y = round(rise > 0 ? ((high - each) / rise) * height : height / 2);
    path += `${drawing ? "L" : "M"}${x} ${y}`;
    drawing = true;
  });
  return path;
}
