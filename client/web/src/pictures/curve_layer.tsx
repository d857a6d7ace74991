// A function of one variable as a curve.
import { useMemo } from "preact/hooks";
import type { Box } from "./box";
import { type Landscape, numberAt } from "./landscape";
import type { Scale } from "./scale";

const kTail = 0.9; // of the values; what lies far above or below the others may be cut off
const kFar = 12; // times the extent of the others
const kFarPixels = 5e3;

/** What the plot is about: the values of the path, and which way is better. */
export interface Focus {
  values: [least: number, greatest: number];
  ascending: boolean;
}

const kAround = 3; // times the extent of the path: what of the curve's tails is shown

/** The values that a plot of the curve within `box` shows; with a focus, its values at a readable size. */
export function valueRange({ values, u }: Landscape, box: Box, focus?: Focus): [from: number, to: number] {
  const seen: number[] = [];
  for (let j = 0; j < values.length; ++j) {
    const at = numberAt(u, j);
    const value = values[j] as number;
    if (at >= box.u[0] && at <= box.u[1] && Number.isFinite(value)) seen.push(value);
  }
  if (seen.length === 0) return [-1, 1];
  seen.sort((a, b) => a - b);
  const least = seen[0] as number;
  const greatest = seen[seen.length - 1] as number;
  const low = seen[Math.floor((1 - kTail) * (seen.length - 1))] as number;
  const high = seen[Math.floor(kTail * (seen.length - 1))] as number;
  const reach = kFar * (high - low);
  let from = reach > 0 ? Math.max(least, low - reach) : least;
  let to = reach > 0 ? Math.min(greatest, high + reach) : greatest;
  if (focus) {
    const [worst, best] = focus.ascending ? [focus.values[0], to] : [focus.values[1], from];
    const around = kAround * Math.abs(worst - best);
    if (around > 0 && focus.ascending) from = Math.max(from, worst - around);
    else if (around > 0) to = Math.min(to, worst + around);
  }
  const room = 0.07 * (to - from) || 0.1 * Math.abs(from) || 1;
  return [from - room, to + room];
}

/** The curve in pieces: it is not drawn where the function has no finite value. */
export function curvePath({ values, u }: Landscape, x: Scale, y: Scale): string {
  const parts: string[] = [];
  let pen = "M";
  for (let j = 0; j < values.length; ++j) {
    const value = values[j] as number;
    if (!Number.isFinite(value)) {
      pen = "M";
      continue;
    }
    const height = Math.min(kFarPixels, Math.max(-kFarPixels, y.at(value)));
    parts.push(`${pen}${x.at(numberAt(u, j)).toFixed(1)} ${height.toFixed(1)}`);
    pen = "L";
  }
  return parts.join("");
}

export function CurveLayer({ landscape, x, y }: { landscape: Landscape; x: Scale; y: Scale }) {
  const d = useMemo(() => curvePath(landscape, x, y), [landscape, x, y]);
  return <path class="curve" d={d} data-testid="curve" />;
}
