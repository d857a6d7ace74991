// The part of the x axis that charts show. No DOM.
import type { Trace } from "../trace/trace";
import type { Range } from "./axis";
import { type Over, abscissae, rowAt } from "./convergence";

/** `range` made `factor` times as long around `centre`, kept within `whole`; undefined: it is all of it. */
export function zoomed(range: Range, centre: number | undefined, factor: number, whole: Range): Range | undefined {
  const middle = centre !== undefined && centre >= range[0] && centre <= range[1] ? centre : (range[0] + range[1]) / 2;
  const length = Math.max((range[1] - range[0]) * factor, 1);
  if (length >= whole[1] - whole[0]) return undefined;
  const from = Math.min(Math.max(middle - length / 2, whole[0]), whole[1] - length);
  return [from, from + length];
}

/** The iterations of a part of the x axis, one row more at each side. */
export function iterationsOf(trace: Trace, over: Over, [from, to]: Range): Range {
  const xs = abscissae(trace, over);
  const first = Math.max(0, rowAt(xs, from) - 1);
  const last = rowAt(xs, to);
  return [trace.at("iteration", first), trace.at("iteration", last)];
}
