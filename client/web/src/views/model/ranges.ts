// Ranges of data, and grids over them. No DOM.
import type { Range } from "./plot";

const kRoom = 0.06; // beside the outermost points, of their distance

/** From the least to the greatest of `values` with some room; never empty. */
export function rangeOf(values: ArrayLike<number>, room = kRoom): Range {
  let least = Infinity;
  let greatest = -Infinity;
  for (let i = 0; i < values.length; ++i) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  if (least > greatest) return [0, 1];
  const beside = greatest > least ? room * (greatest - least) : Math.max(1, Math.abs(least)) * room;
  return [least - beside, greatest + beside];
}

/** `count` numbers from `from` to `to` at equal distances, both ends among them. */
export const steps = ([from, to]: Range, count: number): number[] =>
  Array.from({ length: count }, (_, i) => (i === count - 1 ? to : from + (i / (count - 1)) * (to - from)));

/** Points of a grid, row after row: x grows first. Two numbers for each. */
export function gridPoints(x: Range, y: Range, count: number): number[] {
  const xs = steps(x, count);
  return steps(y, count).flatMap((up) => xs.flatMap((across) => [across, up]));
}

/** By how much class `k` wins over the best of the others, at each point: above 0 it is what is predicted. */
export function margins(scores: ArrayLike<number>, classes: number, k: number): Float64Array {
  const count = Math.floor(scores.length / classes);
  return Float64Array.from({ length: count }, (_, i) => {
    let other = -Infinity;
    for (let each = 0; each < classes; ++each) if (each !== k) other = Math.max(other, scores[i * classes + each] as number);
    return (scores[i * classes + k] as number) - other;
  });
}

/**
 * How sure a model is of the second of two classes, from 0 to 1: its probability, or for scores without a meaning of
 * their own 1 / (1 + exp(-score)).
 */
export const certainty = (scores: ArrayLike<number>, probabilities: boolean): Float64Array =>
  Float64Array.from(scores, (score) => (probabilities ? score : 1 / (1 + Math.exp(-score))));
