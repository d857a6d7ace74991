// The curves of a descent's convergence, from its trace. No DOM.
import { Flag, type Trace } from "../trace/trace";

export interface Series {
  /** Stable: it stands in links. */
  id: string;
  label: string;
  values: (number | null)[];
  /** Index of its colour: theme.series. */
  colour: number;
  dashed?: boolean;
  /** Known in some rows only: drawn across the others. */
  sparse?: boolean;
  /** Behind what it is the noise of. */
  faint?: boolean;
}

/** What a gap is measured from. */
export interface Reference {
  value: number;
  /** Whether it is the function's least value; otherwise the best that was met. */
  known: boolean;
}

/** What the x axis counts. */
export type Over = "iteration" | "evaluations";

export interface Convergence {
  x: Float64Array;
  /** In the function's own unit, of any sign. */
  values: Series[];
  /** Never negative; meant for a logarithmic axis. */
  measures: Series[];
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
const positive = (value: number): number | null => (value > 0 && Number.isFinite(value) ? value : null);

/** What a unit of x is of row `row`. */
export function abscissa(trace: Trace, over: Over, row: number): number {
  return over === "iteration"
    ? trace.at("iteration", row)
    : trace.at("valueEvaluations", row) + trace.at("gradientEvaluations", row) + trace.at("hessianProducts", row);
}

export function abscissae(trace: Trace, over: Over): Float64Array {
  return Float64Array.from({ length: trace.length }, (_, row) => abscissa(trace, over, row));
}

/** The first row whose x is not below `x`, the last row where there is none. */
export function rowAt(xs: ArrayLike<number>, x: number): number {
  let low = 0;
  let high = xs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((xs[middle] as number) < x) low = middle + 1;
    else high = middle;
  }
  return Math.min(low, xs.length - 1);
}

/** The row whose x is nearest to `x`; -1: there are none. */
export function nearestRow(xs: ArrayLike<number>, x: number): number {
  const after = rowAt(xs, x);
  if (after <= 0) return after;
  const before = after - 1;
  return x - (xs[before] as number) <= (xs[after] as number) - x ? before : after;
}

/** The best value of a trace; NaN: there is none. `learnt`: what is best is told by other rows than the value is of. */
export function bestOf(trace: Trace, learnt = false): number {
  if (!learnt) return trace.length > 0 ? trace.at("bestValue", trace.length - 1) : NaN;
  return trace.column("value").reduce((best, value) => (value < best || Number.isNaN(best) ? value : best), NaN);
}

function mapped(column: Float64Array, map: (value: number) => number | null): (number | null)[] {
  const values = new Array<number | null>(column.length);
  for (let i = 0; i < column.length; ++i) values[i] = map(column[i] as number);
  return values;
}

const any = ({ values }: Series): boolean => values.some((value) => value !== null);

/** All curves that have a point. `ascent`: where larger values are better. */
export function convergenceOf(trace: Trace, over: Over, reference: Reference, ascent = false): Convergence {
  const value = trace.column("value");
  const gap = (v: number) => positive(ascent ? reference.value - v : v - reference.value);
  const star = reference.known ? "f*" : "best";
  const values: Series[] = [
    { id: "value", label: "value", values: mapped(value, finite), colour: 0 },
    { id: "best", label: "best so far", values: mapped(trace.column("bestValue"), finite), colour: 2, dashed: true },
  ];
  const measures: Series[] = [
    { id: "gap", label: ascent ? `${star} − f` : `f − ${star}`, values: mapped(value, gap), colour: 0 },
    { id: "gradient", label: "gradient norm", values: mapped(trace.column("gradientNorm"), positive), colour: 1 },
    { id: "step", label: "step norm", values: mapped(trace.column("stepNorm"), positive), colour: 2 },
    { id: "rate", label: "learning rate", values: mapped(trace.column("learningRate"), positive), colour: 3, dashed: true },
    { id: "violation", label: "violation", values: mapped(trace.column("violation"), positive), colour: 6 },
  ];
  return { x: abscissae(trace, over), values: values.filter(any), measures: measures.filter(any) };
}

/** Something to be seen at one place of the x axis. */
export interface Mark {
  x: number;
  text: string;
  kind: "event" | "alarm" | "good";
}

const kMostMarks = 300;

/** Restarts, changes and values that are not finite, the first of them where they are many. */
export function marksOf(trace: Trace, over: Over): Mark[] {
  const flags = trace.column("flags");
  const marks: Mark[] = [];
  for (let row = 0; row < flags.length && marks.length < kMostMarks; ++row) {
    const flag = flags[row] as number;
    if ((flag & (Flag.restarted | Flag.changed | Flag.nonFinite)) === 0) continue;
    const alarm = (flag & Flag.nonFinite) !== 0;
    const text = alarm ? "not finite" : (flag & Flag.changed) !== 0 ? "changed" : "restart";
    marks.push({ x: abscissa(trace, over, row), text, kind: alarm ? "alarm" : "event" });
  }
  return marks;
}

/** "value from 5.25 to −1": a curve in words. */
export function curveText({ label, values }: Series, number: (value: number) => string): string {
  const first = values.find((value) => value !== null);
  let last: number | null = null;
  for (let i = values.length - 1; i >= 0 && last === null; --i) last = values[i] ?? null;
  return first === undefined || first === null || last === null ? "" : `${label} from ${number(first)} to ${number(last)}`;
}

