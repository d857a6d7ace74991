// Arrows from iterate to iterate: which of many are drawn, and their outline.

/** Places on screen of the iterates, in pixels. */
export interface Pixels {
  length: number;
  x: ArrayLike<number>;
  y: ArrayLike<number>;
}

const length = ({ x, y }: Pixels, i: number): number =>
  Math.hypot((x[i + 1] as number) - (x[i] as number), (y[i + 1] as number) - (y[i] as number));

/** Rows i of the `limit` longest steps from i to i + 1, in order; steps shorter than `least` pixels have none. */
export function longestSteps(pixels: Pixels, limit: number, least: number): number[] {
  const steps: { i: number; pixels: number }[] = [];
  for (let i = 0; i + 1 < pixels.length; ++i) {
    const each = length(pixels, i);
    if (each >= least && Number.isFinite(each)) steps.push({ i, pixels: each });
  }
  if (steps.length > limit) steps.sort((a, b) => b.pixels - a.pixels).length = limit;
  return steps.map(({ i }) => i).sort((a, b) => a - b);
}

/**
 * Rows i of steps whose ends get an arrow head, at least `spacing` pixels apart along the path, so that also
 * a path of a million small steps says where it goes.
 */
export function spacedSteps(pixels: Pixels, spacing: number, limit: number): number[] {
  const steps: number[] = [];
  let since = spacing / 2;
  for (let i = 0; i + 1 < pixels.length && steps.length < limit; ++i) {
    const each = length(pixels, i);
    if (!Number.isFinite(each)) continue;
    since += each;
    if (since < spacing) continue;
    steps.push(i);
    since = 0;
  }
  return steps;
}

/** The row behind `i` that is at least `pixels` away: the direction of steps too small to have one. */
export function rowBehind({ x, y }: Pixels, i: number, pixels: number): number {
  let from = i - 1;
  const away = (k: number): number => Math.hypot((x[i] as number) - (x[k] as number), (y[i] as number) - (y[k] as number));
  while (from > 0 && !(away(from) >= pixels)) --from;
  return from;
}

const kHead = 9; // pixels
const fixed = (pixel: number): string => pixel.toFixed(1);

/** An arrow from a to b as an SVG path: a stem, and a head that is filled; `stem` false: the head alone. */
export function arrowPath(ax: number, ay: number, bx: number, by: number, stem: boolean): string {
  const whole = Math.hypot(bx - ax, by - ay) || 1;
  const head = stem ? Math.min(kHead, 0.6 * whole) : kHead;
  const ex = (bx - ax) / whole;
  const ey = (by - ay) / whole;
  const corner = (along: number, across: number): string =>
    `${fixed(bx - along * ex - across * ey)} ${fixed(by - along * ey + across * ex)}`;
  const outline = `M${corner(head, 0.38 * head)}L${fixed(bx)} ${fixed(by)}L${corner(head, -0.38 * head)}L${corner(0.72 * head, 0)}Z`;
  return stem ? `M${fixed(ax)} ${fixed(ay)}L${corner(0.72 * head, 0)}${outline}` : outline;
}

/** The way through the pixels as an SVG path; points that a screen cannot tell apart are left out. */
export function linePath({ x, y, length: rows }: Pixels): string {
  const parts: string[] = [];
  let lastX = NaN;
  let lastY = NaN;
  let pen = "M";
  for (let i = 0; i < rows; ++i) {
    const px = x[i] as number;
    const py = y[i] as number;
    if (!Number.isFinite(px) || !Number.isFinite(py)) {
      pen = "M";
      continue;
    }
    if (pen === "L" && i + 1 < rows && Math.abs(px - lastX) < 0.5 && Math.abs(py - lastY) < 0.5) continue;
    parts.push(`${pen}${fixed(px)} ${fixed(py)}`);
    pen = "L";
    lastX = px;
    lastY = py;
  }
  return parts.join("");
}

/** A dot for each of the pixels, drawn by round line ends; of those that fall on one another one. */
export function dotsPath({ x, y, length: rows }: Pixels): string {
  const seen = new Map<string, string>();
  for (let i = 0; i < rows; ++i) {
    const px = x[i] as number;
    const py = y[i] as number;
    if (!Number.isFinite(px) || !Number.isFinite(py)) continue;
    seen.set(`${Math.round(px)} ${Math.round(py)}`, `M${fixed(px)} ${fixed(py)}h0`);
  }
  return [...seen.values()].join("");
}
