// Where which class is predicted, as SVG paths in units of a grid. No DOM.
import type { Column } from "../../../gen/thalweg/v1/dataset_pb";
import type { Predictions } from "../../../gen/thalweg/v1/model_service_pb";
import { bands } from "../../pictures/contour_paths";
import { certainty, margins } from "./ranges";

export const kGrid = 40; // points along each axis
const kShades = [0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.98];

/** The classes in the model's order: of a category its texts, of numbers those that occur. */
export function classesOf(target: Column, codes: ArrayLike<number>): { code: number; text: string }[] {
  if (target.categories.length > 0) return target.categories.map((text, code) => ({ code, text }));
  const seen = [...new Set(Array.from(codes).filter(Number.isFinite))].sort((a, b) => a - b);
  return seen.map((code) => ({ code, text: String(code) }));
}

export interface Regions {
  ground: string;
  fills: { path: string; fill: string }[];
  boundaries: string[];
}

/** Paler where the model is less sure: `share` of the second class. */
const shade = (share: number): string =>
  `color-mix(in oklab, var(--series-${share < 0.5 ? 0 : 1}) ${Math.round(100 * Math.abs(2 * share - 1))}%, var(--paper))`;

/** What is filled with which colour, in units of the grid. */
export function regionsOf({ classes, scores, scoresPerRow, probabilities }: Predictions): Regions {
  const axis = { from: 0, to: 1, count: kGrid };
  const pathsOf = (values: Float64Array, levels: number[]) => bands({ values, u: axis, v: axis }, levels);
  const perRow = Number(scoresPerRow);
  if (perRow === 1) {
    const sure = certainty(scores, probabilities);
    const shades = pathsOf(sure, kShades);
    const middle = (i: number) => ((kShades[i] as number) + (kShades[i + 1] ?? 1)) / 2;
    return {
      ground: shade(0),
      fills: shades.map(({ path }, i) => ({ path, fill: shade(middle(i)) })),
      boundaries: pathsOf(sure, [0.5]).map(({ path }) => path),
    };
  }
  const each = classes.map((_, k) => pathsOf(margins(scores, perRow, k), [0])[0]?.path ?? "");
  return {
    ground: "var(--paper)",
    fills: each.map((path, k) => ({ path, fill: `color-mix(in oklab, var(--series-${k % 8}) 70%, var(--paper))` })),
    boundaries: each,
  };
}
