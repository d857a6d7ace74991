// A run's unknowns laid out as one vector, as the server does it.
import { create } from "@bufbuild/protobuf";
import { ArraySchema, type Point, PointSchema, type Variable } from "../../gen/thalweg/v1/values_pb";

export type Shaped = Pick<Variable, "name" | "shape">;

const sizeOf = ({ shape }: Shaped): number => shape.reduce((size, length) => size * Number(length), 1);

/** n, the number of coordinates. */
export const size = (variables: Shaped[]): number => variables.reduce((sum, variable) => sum + sizeOf(variable), 0);

/** "x", "x[3]" or "w[1, 2]" of coordinate `k`. */
export function coordinateName(variables: Shaped[], k: number): string {
  let at = k;
  for (const variable of variables) {
    const { name, shape } = variable;
    if (at < sizeOf(variable)) {
      if (shape.length === 0) return name;
      if (shape.length === 1) return `${name}[${at}]`;
      const columns = Number(shape[1]);
      return `${name}[${Math.floor(at / columns)}, ${at % columns}]`;
    }
    at -= sizeOf(variable);
  }
  return `[${k}]`;
}

/** The vector that `point` spells; NaN where it says nothing. */
export function flatten(variables: Shaped[], point: Point | undefined): Float64Array {
  const flat = new Float64Array(size(variables)).fill(NaN);
  let at = 0;
  for (const variable of variables) {
    flat.set((point?.values[variable.name]?.values ?? []).slice(0, sizeOf(variable)), at);
    at += sizeOf(variable);
  }
  return flat;
}

/** The point that a vector of the first coordinates spells; variables it does not reach are left out. */
export function toPoint(variables: Shaped[], flat: ArrayLike<number>): Point {
  const point = create(PointSchema);
  let at = 0;
  for (const variable of variables) {
    const next = at + sizeOf(variable);
    if (next > flat.length) break;
    point.values[variable.name] = create(ArraySchema, {
      shape: variable.shape,
      values: Array.from({ length: next - at }, (_, i) => flat[at + i] as number),
    });
    at = next;
  }
  return point;
}
