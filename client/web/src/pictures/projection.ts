// Points of n coordinates on a plane, or line, of theirs.
import type { Trace } from "../trace/trace";
import type { Landscape } from "./landscape";

type Plane = Pick<Landscape, "origin" | "uDirection" | "vDirection">;

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let k = 0; k < a.length; ++k) sum += (a[k] as number) * (b[k] as number);
  return sum;
};

/** A vector whose inner product with x - origin is the coordinate; its coordinates that are not 0. */
interface Functional {
  places: number[];
  weights: number[];
  /** The coordinate of 0. */
  offset: number;
}

function functional(weights: Float64Array, origin: Float64Array): Functional {
  const places = [...weights.keys()].filter((k) => weights[k] !== 0);
  return { places, weights: places.map((k) => weights[k] as number), offset: -dot(weights, origin) };
}

/** Reads a coordinate of the point that has `x` as its first numbers and is like the origin in the others. */
function read({ places, weights, offset }: Functional, x: ArrayLike<number>, origin: Float64Array): number {
  let sum = offset;
  for (let i = 0; i < places.length; ++i) {
    const k = places[i] as number;
    sum += (weights[i] as number) * (k < x.length ? (x[k] as number) : (origin[k] as number));
  }
  return sum;
}

/** Gives the u and v of the point of the plane that is nearest to x. */
export function projector(plane: Plane): (x: ArrayLike<number>) => [u: number, v: number] {
  const { origin, uDirection: a, vDirection: b } = plane;
  const aa = dot(a, a);
  const bb = b ? dot(b, b) : 1;
  const ab = b ? dot(a, b) : 0;
  // The normal equations of u a + v b = x - origin, solved once.
  const determinant = aa * bb - ab * ab;
  const uWeights = a.map((_, k) => (bb * (a[k] as number) - ab * (b?.[k] ?? 0)) / determinant);
  const vWeights = a.map((_, k) => (b ? (aa * (b[k] as number) - ab * (a[k] as number)) / determinant : 0));
  const u = functional(uWeights, origin);
  const v = functional(vWeights, origin);
  return (x) => [read(u, x, origin), read(v, x, origin)];
}

/** `x` moved within the plane to where its projection is (u, v). */
export function movedTo(plane: Plane, x: ArrayLike<number>, u: number, v: number): Float64Array {
  const [uNow, vNow] = projector(plane)(x);
  return Float64Array.from(
    x,
    (each, k) =>
      each + (u - uNow) * (plane.uDirection[k] as number) + (v - vNow) * (plane.vDirection?.[k] ?? 0),
  );
}

/** A trace on a plane, in columns. */
export interface Track {
  length: number;
  iteration: ArrayLike<number>;
  u: Float64Array;
  v: Float64Array;
  value: ArrayLike<number>;
}

/** `values`, in place of the trace's own, are those of the plane: where an iterate's value is of its batch alone. */
export function trackOf(trace: Trace, plane: Plane, values?: (u: number, v: number) => number): Track {
  const project = projector(plane);
  const length = trace.coordinates > 0 ? trace.length : 0; // without coordinates nobody knows where it went
  const u = new Float64Array(length);
  const v = new Float64Array(length);
  for (let row = 0; row < length; ++row) [u[row], v[row]] = project(trace.x(row)) as [number, number];
  return { length, iteration: trace.column("iteration"), u, v, value: values ? u.map((each, row) => values(each, v[row] as number)) : trace.column("value") };
}
