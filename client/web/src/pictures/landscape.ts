// A function sampled over a plane, or along a line, of its unknowns.
import type { SampleLandscapeResponse } from "../../gen/thalweg/v1/objective_service_pb";
import { flatten, type Shaped } from "../trace/layout";

export interface Range {
  from: number;
  to: number;
  count: number;
}

export interface Landscape {
  /** values[i * u.count + j]: the i-th number of v and the j-th of u. NaN and infinities occur. */
  values: ArrayLike<number>;
  u: Range;
  /** Absent for a line. */
  v?: Range;
  uName: string;
  vName: string;
  /** The plane is origin + u * uDirection + v * vDirection. */
  origin: Float64Array;
  uDirection: Float64Array;
  vDirection?: Float64Array;
}

export function landscapeOf(variables: Shaped[], answer: SampleLandscapeResponse): Landscape {
  const range = ({ from, to, count }: { from: number; to: number; count: bigint }): Range => ({
    from,
    to,
    count: Number(count),
  });
  if (!answer.u) throw new Error("the server sent a landscape without its range");
  return {
    values: answer.values,
    u: range(answer.u),
    uName: answer.uName,
    vName: answer.vName,
    origin: flatten(variables, answer.origin),
    uDirection: flatten(variables, answer.uDirection),
    ...(answer.v ? { v: range(answer.v), vDirection: flatten(variables, answer.vDirection) } : {}),
  };
}

/** The i-th number of a range. */
export const numberAt = ({ from, to, count }: Range, i: number): number => from + ((to - from) * i) / (count - 1);

/** The cell of `at` and how far into it, in [0, 1]; undefined outside. */
function cell({ from, to, count }: Range, at: number): { i: number; share: number } | undefined {
  const place = ((at - from) / (to - from)) * (count - 1);
  if (!(place >= 0 && place <= count - 1)) return undefined;
  const i = Math.min(Math.floor(place), count - 2);
  return { i, share: place - i };
}

/** Between the samples linearly; NaN outside of them. */
export function valueAt({ values, u, v }: Landscape, atU: number, atV = 0): number {
  const right = cell(u, atU);
  const up = v ? cell(v, atV) : { i: 0, share: 0 };
  if (!right || !up) return NaN;
  const row = (i: number): number => {
    const left = values[i * u.count + right.i] as number;
    const next = values[i * u.count + right.i + 1] as number;
    return right.share === 0 ? left : left + (next - left) * right.share;
  };
  return up.share === 0 ? row(up.i) : row(up.i) * (1 - up.share) + row(up.i + 1) * up.share;
}

/** Where the least value is, or the greatest; undefined where none is finite. */
export function extremePoint(
  { u, v, values }: Landscape,
  ascending = false,
): { u: number; v: number; value: number; onEdge: boolean } | undefined {
  const sign = ascending ? -1 : 1;
  let best = -1;
  for (let i = 0; i < values.length; ++i) {
    const value = values[i] as number;
    if (Number.isFinite(value) && (best < 0 || sign * value < sign * (values[best] as number))) best = i;
  }
  if (best < 0) return undefined;
  const column = best % u.count;
  const row = Math.floor(best / u.count);
  const onEdge = column === 0 || column === u.count - 1 || (v !== undefined && (row === 0 || row === v.count - 1));
  return { u: numberAt(u, column), v: v ? numberAt(v, row) : 0, value: values[best] as number, onEdge };
}
