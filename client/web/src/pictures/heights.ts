// A landscape as a surface: heights in [0, 1], and paths that lie on it.
import type { Landscape } from "./landscape";
import type { Levels } from "./levels";
import type { Track } from "./projection";

export type HeightScale = "linear" | "compressed";

/** Ranges so uneven that most of a surface would lie flat are compressed where nobody says otherwise. */
export const usualScale = ({ power }: Levels): HeightScale => (power > 2.5 ? "compressed" : "linear");

/**
 * Heights of values. Compressed: log(1 + c s) / log(1 + c) of the share s, with c such that half of the samples are
 * below 1/2; a bowl stays round at its bottom. Values outside of the levels' range lie at its ends.
 */
export function heightOf({ from, to, power }: Levels, scale: HeightScale): (value: number) => number {
  const half = 0.5 ** power; // the share of the median
  const c = scale === "compressed" && half < 0.5 ? (1 - 2 * half) / half ** 2 : 0;
  return (value) => {
    if (!(to > from)) return 0;
    const share = Math.min(1, Math.max(0, (value - from) / (to - from)));
    return c > 0 ? Math.log1p(c * share) / Math.log1p(c) : share;
  };
}

/** How many bands lie below the value, with the share of its own: in [0, levels + 1]. */
export function bandOf({ from, to, levels }: Levels, value: number): number {
  let low = 0;
  let high = levels.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((levels[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  const below = levels[low - 1] ?? from;
  const above = levels[low] ?? to;
  return low + (above > below ? Math.min(0.999, Math.max(0, (value - below) / (above - below))) : 0);
}

export interface Draped {
  /** Points on the surface, u and v alternating, in order. */
  points: number[];
  /** How many points there are up to each row of the track. */
  upTo: Int32Array;
}

const kMostPoints = 4_000;
const kNear = 0.1; // cells: a screen cannot tell points apart that are nearer

/** The path with points between its iterates, so that it follows the surface; parts outside are left out. */
export function drape(track: Track, landscape: Landscape, subdivide: boolean, near = kNear): Draped {
  const { u, v = u } = landscape;
  const cellU = (u.to - u.from) / (u.count - 1);
  const cellV = (v.to - v.from) / (v.count - 1);
  const points: number[] = [];
  const upTo = new Int32Array(track.length);
  const inside = (atU: number, atV: number) => atU >= u.from && atU <= u.to && atV >= v.from && atV <= v.to;
  let lastU = NaN;
  let lastV = NaN;
  for (let i = 0; i < track.length; ++i) {
    const toU = track.u[i] as number;
    const toV = track.v[i] as number;
    const cells = Math.max(Math.abs(toU - lastU) / cellU, Math.abs(toV - lastV) / cellV);
    if (inside(toU, toV) && (i + 1 === track.length || !(cells < near))) {
      const pieces = subdivide && inside(lastU, lastV) ? Math.ceil(cells) : 1;
      for (let k = 1; k < pieces; ++k) {
        points.push(lastU + ((toU - lastU) * k) / pieces, lastV + ((toV - lastV) * k) / pieces);
      }
      points.push(toU, toV);
      lastU = toU;
      lastV = toV;
    }
    upTo[i] = points.length / 2;
  }
  return points.length > 2 * kMostPoints ? drape(track, landscape, false, 2 * near) : { points, upTo };
}

