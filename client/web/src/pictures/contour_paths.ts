// Contours of a sampled plane, as SVG paths in units of its grid.
import { contours } from "d3-contour";
import type { Landscape } from "./landscape";

export interface ContourBand {
  level: number;
  /** The region at or above the level: "M0.5 3.25L...Z". */
  path: string;
}

type Grid = Pick<Landscape, "values" | "u" | "v">;

/** Rings of the region at or above `level`; the sample in column j and row i lies at (j + 0.5, i + 0.5). */
export function rings({ values, u, v }: Grid, level: number): [number, number][][] {
  const { coordinates } = contours().size([u.count, v?.count ?? 1]).contour(values as number[], level);
  return coordinates.flat() as [number, number][][];
}

const pathOf = (all: [number, number][][]): string =>
  all
    .map((ring) => `M${ring.slice(0, -1).map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join("L")}Z`)
    .join("");

export const bands = (grid: Grid, levels: number[]): ContourBand[] =>
  levels.map((level) => ({ level, path: pathOf(rings(grid, level)) }));

/** Where the function has a value at all, finite or not. */
export const definedRegion = ({ values, u, v }: Grid): string =>
  pathOf(rings({ values: Array.from(values, (each) => (Number.isNaN(each) ? 0 : 1)), u, ...(v ? { v } : {}) }, 0.5));

export interface ContourLabel {
  level: number;
  /** In units of the grid. */
  x: number;
  y: number;
}

/** A place for each level's number: on its longest ring, where that is furthest from the labels before. */
export function labelPlaces(grid: Grid, levels: number[], xPixels: number, yPixels: number): ContourLabel[] {
  const columns = grid.u.count;
  const rows = grid.v?.count ?? 1;
  const labels: ContourLabel[] = [];
  for (const level of levels) {
    // The frame's own edge is part of a ring that leaves the window, but no contour.
    const inner = rings(grid, level)
      .map((ring) => ring.filter(([x, y]) => x > 0.06 * columns && x < 0.94 * columns && y > 0.06 * rows && y < 0.94 * rows))
      .reduce((a, b) => (b.length > a.length ? b : a), []);
    if (inner.length < 24) continue;
    const gap = ([x, y]: [number, number]): number =>
      Math.min(...labels.map((label) => Math.hypot((x - label.x) * xPixels, (y - label.y) * yPixels)), 1e9);
    const some = inner.filter((_, i) => i % 4 === 0);
    const best = some.reduce((a, b) => (gap(b) > gap(a) ? b : a));
    if (gap(best) > 60) labels.push({ level, x: best[0], y: best[1] });
  }
  return labels;
}
