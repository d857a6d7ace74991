// Descents side by side: what each had reached at one time of the race. No DOM.
import type { Trace } from "../../trace/trace";

/** What the race's time counts. */
export type Clock = "iterations" | "evaluations" | "epochs";

/** Values, gradients and products with the Hessian together, as studies count them. */
export const evaluationsAt = (trace: Trace, row: number): number =>
  trace.at("valueEvaluations", row) + trace.at("gradientEvaluations", row) + trace.at("hessianProducts", row);

export function timeAt(trace: Trace, clock: Clock, row: number): number {
  if (clock === "evaluations") return evaluationsAt(trace, row);
  return trace.at(clock === "epochs" ? "epoch" : "iteration", row);
}

/** Whether descents go over rows: passes over them are then what they cost. */
export const countsEpochs = (traces: Trace[]): boolean => traces.some((trace) => endOf(trace, "epochs") > 0);

/** When a descent arrived where it is; 0 before its start is known. */
export const endOf = (trace: Trace, clock: Clock): number =>
  trace.length > 0 ? timeAt(trace, clock, trace.length - 1) : 0;

/** The row that a descent was at at `time`; -1: it had not begun. */
export function rowAtTime(trace: Trace, clock: Clock, time: number): number {
  let low = 0;
  let high = trace.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeAt(trace, clock, middle) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The iteration that a descent was at at `time`; undefined: the newest. */
export function iterationAtTime(trace: Trace, clock: Clock, time: number | undefined): number | undefined {
  if (time === undefined || trace.length === 0) return undefined;
  const row = rowAtTime(trace, clock, time);
  return row < 0 ? -1 : trace.at("iteration", row);
}

/** `count` times from the start to `end`, at equal distances, or equal ratios from 1 on. */
export function timesTo(end: number, count: number, logarithmic: boolean): Float64Array {
  const last = Math.max(end, 1);
  return Float64Array.from({ length: count }, (_, i) => {
    const share = i / (count - 1);
    return i === count - 1 ? last : logarithmic ? last ** share : last * share;
  });
}

/** The best value of a descent at each of `times`, which grow, or the last; null before its start and behind its end. */
export function valuesAtTimes(
  trace: Trace,
  clock: Clock,
  times: ArrayLike<number>,
  column: "bestValue" | "value" = "bestValue",
): (number | null)[] {
  const values = new Array<number | null>(times.length).fill(null);
  const end = endOf(trace, clock);
  let row = -1;
  let over = false;
  for (let i = 0; i < times.length && !over; ++i) {
    const time = times[i] as number;
    while (row + 1 < trace.length && timeAt(trace, clock, row + 1) <= time) ++row;
    if (row < 0) continue;
    const value = trace.at(column, row);
    values[i] = Number.isFinite(value) ? value : null;
    over = time >= end;
  }
  return values;
}

/** The least of all values, the greatest of an ascent; NaN: there is none. */
export function bestOfAll(curves: readonly (readonly (number | null)[])[], ascent: boolean): number {
  let best = NaN;
  for (const curve of curves) {
    for (const value of curve) {
      if (value !== null && !(ascent ? value <= best : value >= best)) best = value;
    }
  }
  return best;
}

/**
 * Distances to `reference` for a logarithmic axis, which has no 0: who is there stands beside whoever comes
 * nearest without being there.
 */
export function gapsTo(
  curves: readonly (readonly (number | null)[])[],
  reference: number,
  ascent: boolean,
): (number | null)[][] {
  const gaps = curves.map((curve) =>
    curve.map((value) => (value === null ? null : ascent ? reference - value : value - reference)),
  );
  let nearest = Infinity;
  for (const gap of gaps.flat()) if (gap !== null && gap > 0 && gap < nearest) nearest = gap;
  const floor = nearest === Infinity ? 1 : nearest;
  return gaps.map((curve) => curve.map((gap) => (gap === null ? null : Math.max(gap, floor))));
}

/** The race's time when `share` of its playback is over: at an even pace, or slower at first. */
export const timeOfShare = (share: number, end: number, even: boolean): number =>
  even ? share * end : (1 + end) ** share - 1;

/** How much of the playback is over at `time`. */
export function shareOfTime(time: number, end: number, even: boolean): number {
  if (!(end > 0)) return 0;
  const share = even ? time / end : Math.log1p(time) / Math.log1p(end);
  return Math.min(1, Math.max(0, share));
}

/** Whether an even pace would have the shortest descents over in a blink. */
export const isUneven = (ends: number[]): boolean => {
  const begun = ends.filter((end) => end > 0);
  return begun.length > 1 && Math.max(...begun) > 20 * Math.min(...begun);
};
