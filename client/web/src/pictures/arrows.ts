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

/** A piece of a line, in pixels. */
export type Segment = [ax: number, ay: number, bx: number, by: number];

const kFar = 1e4; // pixels: renderers lose lines that go on to 1e300
const kNowhere = 1e6; // pixels: a line from beyond to beyond says nothing, and rounding bends it

/** What of a line is within `kFar` of the picture's corner (Liang and Barsky 1984); undefined: nothing. */
export function clipped([ax, ay, bx, by]: Segment): Segment | undefined {
  if (Math.max(Math.abs(ax), Math.abs(ay)) > kNowhere && Math.max(Math.abs(bx), Math.abs(by)) > kNowhere) return undefined;
  let from = 0;
  let to = 1;
  for (const [start, end] of [[ax, bx], [ay, by]] as const) {
    const run = end - start;
    if (!Number.isFinite(run)) return undefined;
    if (run === 0) {
      if (Math.abs(start) > kFar) return undefined;
      continue;
    }
    const borders = [(-kFar - start) / run, (kFar - start) / run];
    from = Math.max(from, Math.min(...borders));
    to = Math.min(to, Math.max(...borders));
  }
  if (from >= to) return undefined;
  const at = (t: number): [number, number] => [ax + t * (bx - ax), ay + t * (by - ay)];
  return [...(from > 0 ? at(from) : [ax, ay]), ...(to < 1 ? at(to) : [bx, by])] as Segment;
}

/** Pieces of an SVG path, each with the row that it belongs to, so that a path up to a row is a prefix. */
export interface Pieces {
  rows: number[];
  texts: string[];
}

/** The pieces of rows before `end`, joined. */
export function joined({ rows, texts }: Pieces, end: number): string {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle] as number) < end) low = middle + 1;
    else high = middle;
  }
  return texts.slice(0, low).join("");
}

const kMostPieces = 4_000; // more are slow to draw, and no eye can follow them
const kCoarsest = 4; // pixels
const kApart = 0.5; // pixels: a screen cannot tell points apart that are nearer

/** The way through the pixels; points that a screen cannot tell apart are left out, or more where they are many. */
export function linePieces(pixels: Pixels, apart = kApart): Pieces {
  const { x, y, length: rows } = pixels;
  const pieces: Pieces = { rows: [], texts: [] };
  let at = 0; // the row drawn last
  let pen = ""; // where the pen is
  for (let i = 1; i < rows; ++i) {
    const dx = Math.abs((x[i] as number) - (x[at] as number));
    const dy = Math.abs((y[i] as number) - (y[at] as number));
    if (i + 1 < rows && dx < apart && dy < apart) continue;
    const piece = clipped([x[at] as number, y[at] as number, x[i] as number, y[i] as number]);
    at = i;
    if (!piece) continue;
    const [ax, ay, bx, by] = piece.map(fixed) as [string, string, string, string];
    pieces.texts.push(`${pen === `${ax} ${ay}` ? "" : `M${ax} ${ay}`}L${bx} ${by}`);
    pieces.rows.push(i);
    pen = `${bx} ${by}`;
  }
  return pieces.rows.length > kMostPieces && apart < kCoarsest ? linePieces(pixels, 2 * apart) : pieces;
}

/** A dot for each of the pixels, drawn by round line ends; of those that fall on one another the first. */
export function dotPieces({ x, y, length: rows }: Pixels): Pieces {
  const seen = new Set<string>();
  const pieces: Pieces = { rows: [], texts: [] };
  for (let i = 0; i < rows; ++i) {
    const px = x[i] as number;
    const py = y[i] as number;
    if (!(Math.abs(px) < kFar && Math.abs(py) < kFar)) continue;
    const place = `${Math.round(px)} ${Math.round(py)}`;
    if (seen.has(place)) continue;
    seen.add(place);
    pieces.rows.push(i);
    pieces.texts.push(`M${fixed(px)} ${fixed(py)}h0`);
  }
  return pieces;
}
