// Minima and bounds on a plot, and the point that is read.
import type { Signal } from "@preact/signals";
import { Direction, type Objective } from "../../gen/thalweg/v1/objective_pb";
import type { Point } from "../../gen/thalweg/v1/values_pb";
import { number } from "../app/format";
import { flatten, type Shaped, size } from "../trace/layout";
import type { Catalogue } from "../wire/catalogue";
import { extremePoint, type Landscape, valueAt } from "./landscape";
import { coordinatesOf } from "./plane_request";
import { projector, type Track } from "./projection";
import type { Plot } from "./frame";
import type { Scale } from "./scale";

export interface Minimum {
  u: number;
  v: number;
  value: number;
  /** Published; else the least that was seen. */
  known: boolean;
}

interface Seen {
  objective: Objective | undefined;
  functions: Catalogue["functions"];
  variables: Shaped[];
  landscape: Landscape;
  tracks: Track[];
}

const kMostMinima = 40;

function knownMinima({ objective, functions, variables, landscape }: Seen): Minimum[] {
  const name = objective?.kind.case === "function" ? objective.kind.value : undefined;
  const found = functions.find((each) => each.name === name);
  if (!found || found.minimum === undefined || size(found.variables) !== size(variables)) return [];
  const value = found.minimum;
  const project = projector(landscape);
  return found.minimisers
    .map((point) => flatten(variables, point))
    .filter((point) => point.every(Number.isFinite))
    .slice(0, kMostMinima)
    .map((point) => {
      const [u, v] = project(point);
      return { u, v, value, known: true };
    });
}

/** The published minimisers of a test function, or the least of what was sampled and walked. */
export function minimaOf(seen: Seen): Minimum[] {
  const { objective, landscape, tracks, variables } = seen;
  const ascending = objective?.direction === Direction.MAXIMIZE;
  const known = ascending ? [] : knownMinima(seen);
  if (known.length > 0) return known;
  const sign = ascending ? -1 : 1;
  const sampled = extremePoint(landscape, ascending);
  if (!sampled) return [];
  let least = { ...sampled, known: false };
  for (const { length, u, v, value } of size(variables) <= 2 ? tracks : []) {
    for (let i = 0; i < length; ++i) {
      const here = value[i] as number;
      if (Number.isFinite(here) && sign * here < sign * least.value) {
        least = { u: u[i] as number, v: v[i] as number, value: here, known: false, onEdge: false };
      }
    }
  }
  return least.onEdge ? [] : [least]; // at the edge of the window it goes on beyond
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
  /** Of v, or of the value. */
  y: Scale;
  /** Its height is the value. */
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
          <title>{`${known ? "minimum" : "best value seen"}: ${number(value)}`}</title>
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
