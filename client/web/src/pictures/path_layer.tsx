// The path of a descent on a plot: a line through the iterates, arrows, the start in red and the end in green.
import type { ReadonlySignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { number } from "../app/format";
import { arrowPath, dotsPath, linePath, longestSteps, type Pixels, rowBehind, spacedSteps } from "./arrows";
import type { Landscape } from "./landscape";
import { type Track, trackOf } from "./projection";
import type { PathOnPicture } from "./props";
import type { Scale } from "./scale";

const kSteps = 200; // paths of up to so many steps have an arrow for each one that can be seen
const kLeastArrow = 3; // pixels
const kHeadsApart = 46;
const kHeads = 120;
const kFar = 1e4; // pixels: what is further away is drawn there, in the same direction

export interface PathLayerProps {
  path: PathOnPicture;
  plane: Landscape;
  x: Scale;
  /** Of v, or of the value. */
  y: Scale;
  /** Its height is the value: a curve. */
  curve: boolean;
  cursor?: ReadonlySignal<number | undefined> | undefined;
}

/** The rows up to `end` in pixels. */
function pixelsOf(track: Track, end: number, { x, y, curve }: Pick<PathLayerProps, "x" | "y" | "curve">): Pixels {
  const px = new Float64Array(end);
  const py = new Float64Array(end);
  const up = curve ? track.value : track.v;
  for (let i = 0; i < end; ++i) {
    const toX = x.at(track.u[i] as number);
    const toY = y.at(up[i] as number);
    const far = Math.max(Math.abs(toX), Math.abs(toY)) / kFar;
    px[i] = far > 1 ? toX / far : toX;
    py[i] = far > 1 ? toY / far : toY;
  }
  return { length: end, x: px, y: py };
}

interface ArrowProps {
  track: Track;
  pixels: Pixels;
  from: number;
  stem: boolean;
  curve: boolean;
}

function Arrow({ track, pixels, from, stem, curve }: ArrowProps) {
  const to = from + 1;
  const tail = stem ? from : rowBehind(pixels, to, 4);
  const d = arrowPath(
    pixels.x[tail] as number,
    pixels.y[tail] as number,
    pixels.x[to] as number,
    pixels.y[to] as number,
    stem,
  );
  const place = (row: number, end: string) =>
    curve
      ? { [`data-x${end}`]: track.u[row], [`data-value${end}`]: track.value[row] }
      : { [`data-u${end}`]: track.u[row], [`data-v${end}`]: track.v[row], [`data-value${end}`]: track.value[row] };
  return (
    <path
      class={stem ? "arrow" : "arrow head"}
      d={d}
      data-iteration={track.iteration[from]}
      data-iteration-to={track.iteration[to]}
      {...place(from, "")}
      {...place(to, "-to")}
    />
  );
}

function Mark({ track, pixels, row, kind }: { track: Track; pixels: Pixels; row: number; kind: "start" | "end" }) {
  if (!Number.isFinite(pixels.x[row]) || !Number.isFinite(pixels.y[row])) return null;
  return (
    <circle
      class={`mark ${kind}`}
      cx={pixels.x[row]}
      cy={pixels.y[row]}
      r={6}
      data-testid={`path-${kind}`}
      data-iteration={track.iteration[row]}
      data-u={track.u[row]}
      data-v={track.v[row]}
      data-value={track.value[row]}
    >
      <title>{`${kind}: value ${number(track.value[row] as number)}`}</title>
    </circle>
  );
}

export function PathLayer({ path, plane, x, y, curve, cursor }: PathLayerProps) {
  const { model, series } = path;
  const version = model.version.value;
  const track = useMemo(() => trackOf(model.trace, plane), [model, model.trace, version, plane]);
  const until = cursor?.value;
  const end = until === undefined ? track.length : Math.min(track.length, model.trace.rowOf(until) + 1);
  const drawn = useMemo(() => {
    if (end === 0) return null;
    const pixels = pixelsOf(track, end, { x, y, curve });
    const few = end - 1 <= kSteps;
    const stems = few || curve ? longestSteps(pixels, kSteps, kLeastArrow) : [];
    const heads = few || curve ? [] : spacedSteps(pixels, kHeadsApart, kHeads);
    const line = few && curve ? undefined : linePath(pixels);
    const arrow = (stem: boolean) => (from: number) =>
      <Arrow key={from} track={track} pixels={pixels} from={from} stem={stem} curve={curve} />;
    return (
      <>
        {line !== undefined && <path class="casing" d={line} />}
        {line !== undefined && !few && <path class="line" d={line} />}
        {(curve || few) && <path class="dots" d={dotsPath(pixels)} />}
        {stems.map(arrow(true))}
        {heads.map(arrow(false))}
        <Mark track={track} pixels={pixels} row={0} kind="start" />
        <Mark track={track} pixels={pixels} row={end - 1} kind="end" />
      </>
    );
  }, [track, end, x, y, curve]);
  return (
    <g
      class={`path ${curve ? "on-curve" : "on-plane"}${series === undefined ? "" : " of-series"}`}
      style={series === undefined ? {} : { "--path-colour": `var(--series-${series % 8})` }}
      data-testid="path"
      data-iterates={end}
    >
      {drawn}
    </g>
  );
}
