// Minima and bounds on a plot, and the point that is read.
import type { Signal } from "@preact/signals";
import type { Objective } from "../../gen/thalweg/v1/objective_pb";
import type { Point } from "../../gen/thalweg/v1/values_pb";
import { number } from "../app/format";
import { flatten, type Shaped, size } from "../trace/layout";
import type { Catalogue } from "../wire/catalogue";
import { type Landscape, leastPoint, valueAt } from "./landscape";
import { coordinatesOf } from "./plane_request";
import { projector } from "./projection";
import type { Plot } from "./frame";
import type { Scale } from "./scale";

export interface Minimum {
  u: number;
  v: number;
  value: number;
  /** Published; else the least of the samples. */
  known: boolean;
}

const kMostMinima = 40;

/** The published minimisers of a test function in its usual dimension, or the least sample. */
export function minimaOf(
  objective: Objective | undefined,
  functions: Catalogue["functions"],
  variables: Shaped[],
  landscape: Landscape,
): Minimum[] {
  const name = objective?.kind.case === "function" ? objective.kind.value : undefined;
  const found = functions.find((each) => each.name === name);
  const n = size(variables);
  const points = (found?.minimisers ?? [])
    .map((point) => flatten(variables, point))
    .filter((point) => found && size(found.variables) === n && point.every(Number.isFinite));
  if (points.length > 0 && found?.minimum !== undefined) {
    const { minimum } = found;
    const project = projector(landscape);
    return points.slice(0, kMostMinima).map((point) => {
      const [u, v] = project(point);
      return { u, v, value: minimum, known: true };
    });
  }
  const least = leastPoint(landscape);
  return least ? [{ ...least, known: false }] : [];
}

/** A star, around (0, 0). */
export const starPath = (radius: number): string =>
  `M${Array.from({ length: 10 }, (_, i) => {
    const r = i % 2 === 0 ? radius : 0.45 * radius;
    const angle = (Math.PI * i) / 5;
    return `${(r * Math.sin(angle)).toFixed(2)} ${(-r * Math.cos(angle)).toFixed(2)}`;
  }).join("L")}Z`;
export const crossPath = (radius: number): string => `M${-radius} 0H${radius}M0 ${-radius}V${radius}`;

export interface OnPlot {
  x: Scale;
  y: Scale;
  curve: boolean;
}

export function Minima({ minima, x, y, curve }: OnPlot & { minima: Minimum[] }) {
  return (
    <>
      {minima.map(({ u, v, value, known }) => (
        <path
          key={`${u} ${v}`}
          class={known ? "minimum known" : "minimum"}
          d={known ? starPath(8) : crossPath(6)}
          transform={`translate(${x.at(u).toFixed(1)} ${y.at(curve ? value : v).toFixed(1)})`}
          data-testid="minimum"
          data-u={u}
          data-v={v}
          data-value={value}
        >
          <title>{`${known ? "minimum" : "least value sampled"}: ${number(value)}`}</title>
        </path>
      ))}
    </>
  );
}

/** One number for all coordinates, or one for each; a variable that is left out has no bound. */
function bound(variables: Shaped[], point: Point | undefined, otherwise: number, k: number): number {
  let at = k;
  for (const variable of variables) {
    const length = size([variable]);
    if (at < length) {
      const values = point?.values[variable.name]?.values ?? [];
      return (values.length === 1 ? values[0] : values[at]) ?? otherwise;
    }
    at -= length;
  }
  return otherwise;
}

export interface BoundsProps extends OnPlot {
  objective: Objective | undefined;
  variables: Shaped[];
  plane: string;
  plot: Plot;
}

/** The box that x must stay in, and its outside shaded, on a plane of coordinates. */
export function Bounds({ objective, variables, plane, plot, x, y, curve }: BoundsProps) {
  const axes = coordinatesOf(plane);
  if (!axes || !objective || (!objective.lower && !objective.upper)) return null;
  const side = (k: number | undefined): [number, number] =>
    k === undefined
      ? [-Infinity, Infinity]
      : [bound(variables, objective.lower, -Infinity, k), bound(variables, objective.upper, Infinity, k)];
  const u = side(axes[0]);
  const v = curve ? side(undefined) : side(axes[1]);
  const within = (pixel: number, from: number, to: number) => Math.min(to + 9, Math.max(from - 9, pixel));
  const left = within(u[0] === -Infinity ? -Infinity : x.at(u[0]), plot.left, plot.right);
  const right = within(u[1] === Infinity ? Infinity : x.at(u[1]), plot.left, plot.right);
  const bottom = within(v[0] === -Infinity ? Infinity : y.at(v[0]), plot.top, plot.bottom);
  const top = within(v[1] === Infinity ? -Infinity : y.at(v[1]), plot.top, plot.bottom);
  const frame = `M${plot.left - 10} ${plot.top - 10}H${plot.right + 10}V${plot.bottom + 10}H${plot.left - 10}Z`;
  const box = `M${left} ${top}V${bottom}H${right}V${top}Z`;
  return (
    <g data-testid="bounds">
      <path class="forbidden" d={frame + box} fill-rule="evenodd" />
      <path class="bounds" d={box} />
    </g>
  );
}

export interface Reading {
  u: number;
  v: number;
}

/** "x = 1.25, y = −0.5: 3.1". */
export function readingText({ u, v }: Reading, landscape: Landscape): string {
  const value = valueAt(landscape, u, v);
  const where = landscape.v
    ? `${landscape.uName} = ${number(u, 4)}, ${landscape.vName} = ${number(v, 4)}`
    : `${landscape.uName} = ${number(u, 4)}`;
  return Number.isNaN(value) ? where : `${where}: ${number(value, 5)}`;
}

export function Crosshair({ reading, landscape, x, y, plot }: { reading: Signal<Reading | undefined>; landscape: Landscape; x: Scale; y: Scale; plot: Plot }) {
  const now = reading.value;
  if (!now) return null;
  const px = x.at(now.u);
  const py = y.at(landscape.v ? now.v : valueAt(landscape, now.u));
  const across = py >= plot.top && py <= plot.bottom ? `M${plot.left} ${py}H${plot.right}` : "";
  return <path class="crosshair" d={`M${px} ${plot.top}V${plot.bottom}${across}`} />;
}
