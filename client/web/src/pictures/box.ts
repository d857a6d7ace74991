// Windows on a plane: which part of it is shown.
import type { Track } from "./projection";

/** Of a line v is not used. */
export interface Box {
  u: [from: number, to: number];
  v: [from: number, to: number];
}

type Interval = [number, number];

const kMargin = 0.12; // of a path's extent, on each side
const kFilled = 0.7; // of a landscape's extent
const kFarAway = 4; // times the extent of a path's good part: iterates beyond are not worth a window
const kBeyond = 1e12; // a window is not zoomed farther in or out than this

const size = ([from, to]: Interval): number => to - from;
const span = (values: number[]): Interval => [Math.min(...values), Math.max(...values)];

export const contains = (outer: Box, u: number, v: number): boolean =>
  u >= outer.u[0] && u <= outer.u[1] && v >= outer.v[0] && v <= outer.v[1];

export const isInside = (inner: Box, outer: Box): boolean =>
  contains(outer, inner.u[0], inner.v[0]) && contains(outer, inner.u[1], inner.v[1]);

/** Whether a landscape over `outer` shows `inner`, and not much else: as finely as it can. */
export const fills = (inner: Box, outer: Box): boolean =>
  isInside(inner, outer) && size(inner.u) > kFilled * size(outer.u) && size(inner.v) >= kFilled * size(outer.v);

export const union = (a: Box, b: Box): Box => ({
  u: [Math.min(a.u[0], b.u[0]), Math.max(a.u[1], b.u[1])],
  v: [Math.min(a.v[0], b.v[0]), Math.max(a.v[1], b.v[1])],
});

/**
 * What of one coordinate of a path is near its good part: its start, its best iterate and the middle 80 % of
 * what is between them. A path that diverges has its start as its best: the first step is then the measure.
 */
function nearPart(track: Track, coordinate: Float64Array, best: number): Interval {
  const good = Array.from(coordinate.subarray(0, best + 1)).filter(Number.isFinite).sort((a, b) => a - b);
  const tenth = Math.floor(good.length / 10);
  const core = span([
    coordinate[0] as number,
    coordinate[best] as number,
    ...good.slice(tenth, good.length - tenth).filter((_, i, all) => i === 0 || i === all.length - 1),
  ]);
  const firstStep = track.length > 1 ? Math.abs((coordinate[1] as number) - (coordinate[0] as number)) : 0;
  const reach = kFarAway * (size(core) || firstStep);
  return reach > 0 && Number.isFinite(reach) ? [core[0] - reach, core[1] + reach] : [-Infinity, Infinity];
}

/** The least box around the iterates that are not far away from the others; undefined where there is none. */
export function pathBox(track: Track, ascending = false): Box | undefined {
  const sign = ascending ? -1 : 1;
  let best = -1;
  for (let i = 0; i < track.length; ++i) {
    const better = best < 0 || sign * (track.value[i] as number) < sign * (track.value[best] as number);
    if (better && Number.isFinite(track.value[i])) best = i;
  }
  if (best < 0) return undefined;
  const near: Box = { u: nearPart(track, track.u, best), v: nearPart(track, track.v, best) };
  let box: Box | undefined;
  for (let i = 0; i < track.length; ++i) {
    const u = track.u[i] as number;
    const v = track.v[i] as number;
    if (!Number.isFinite(u) || !Number.isFinite(v) || !contains(near, u, v)) continue;
    box ??= { u: [u, u], v: [v, v] };
    if (u < box.u[0]) box.u[0] = u;
    if (u > box.u[1]) box.u[1] = u;
    if (v < box.v[0]) box.v[0] = v;
    if (v > box.v[1]) box.v[1] = v;
  }
  return box;
}

/** `box` with room around it, a share of its extent; a point gets a window of its own size. */
export function withMargin(box: Box, share = kMargin): Box {
  const widest = Math.max(size(box.u), size(box.v));
  const widen = (side: Interval): Interval => {
    const least = Math.max(1e-6 * Math.max(Math.abs(side[0]), Math.abs(side[1])), 0.05 * widest);
    const room = size(side) > least ? share * size(side) : widest > 0 ? 0.25 * widest : 1;
    return [side[0] - room, side[1] + room];
  };
  return { u: widen(box.u), v: widen(box.v) };
}

/** The least box around `box` in which a unit is as long on screen along v as along u. */
export function equalAspect(box: Box, width: number, height: number): Box {
  const perPixel = Math.max(size(box.u) / width, size(box.v) / height);
  const stretch = (side: Interval, pixels: number): Interval => {
    const extra = (perPixel * pixels - size(side)) / 2;
    return [side[0] - extra, side[1] + extra];
  };
  return { u: stretch(box.u, width), v: stretch(box.v, height) };
}

/** How many iterates of a track are outside of `box` or nowhere, up to row `end`. */
export function outside(track: Track, box: Box, end: number): number {
  let count = 0;
  for (let i = 0; i < end; ++i) if (!contains(box, track.u[i] as number, track.v[i] as number)) ++count;
  return count;
}

/** Larger (factor > 1) or smaller around a point that stays where it is. */
export function zoom(box: Box, factor: number, u: number, v: number): Box {
  const around = ([from, to]: Interval, fixed: number): Interval => [
    fixed + (from - fixed) * factor,
    fixed + (to - fixed) * factor,
  ];
  const zoomed = { u: around(box.u, u), v: around(box.v, v) };
  const sane = ([from, to]: Interval): boolean =>
    to - from > Math.max(Math.abs(from), Math.abs(to)) / kBeyond && to - from > 1 / kBeyond ** 2 && to - from < kBeyond ** 2;
  return sane(zoomed.u) && sane(zoomed.v) ? zoomed : box;
}

/** Moved by a share of its own size. */
export const pan = (box: Box, du: number, dv: number): Box => ({
  u: [box.u[0] + du * size(box.u), box.u[1] + du * size(box.u)],
  v: [box.v[0] + dv * size(box.v), box.v[1] + dv * size(box.v)],
});

export const middle = (box: Box): [number, number] => [(box.u[0] + box.u[1]) / 2, (box.v[0] + box.v[1]) / 2];
