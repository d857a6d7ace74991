// The path of a descent on a plot: a line through the iterates, arrows, the start in red and the end in green.
import type { ReadonlySignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { number } from "../app/format";
import {
  arrowPath,
  clipped,
  dotPieces,
  joined,
  linePieces,
  longestSteps,
  type Pieces,
  type Pixels,
  rowBehind,
  spacedSteps,
} from "./arrows";
import type { OnPlot } from "./marks";
import type { Track } from "./projection";
import type { PathOnPicture } from "./props";

const kSteps = 200; // paths of up to so many steps have an arrow for each one that can be seen
const kLeastArrow = 3; // pixels
const kHeadsApart = 46;
const kHeads = 120;
const kOffScreen = 1e4; // pixels
const kDense = 1_000; // paths of more iterates are drawn thinner

/** The rows from `begin` up to `end` in pixels. */
function pixelsOf(track: Track, begin: number, end: number, { x, y, curve }: OnPlot): Pixels {
  const length = end - begin;
  const px = new Float64Array(length);
  const py = new Float64Array(length);
  const up = curve ? track.value : track.v;
  for (let i = 0; i < length; ++i) {
    px[i] = x.at(track.u[begin + i] as number);
    py[i] = y.at(up[begin + i] as number);
  }
  return { length, x: px, y: py };
}

/** From the last point that is drawn before row `end` to the row before it. */
function lastStretch({ x, y }: Pixels, pieces: Pieces | undefined, end: number): Pixels {
  const rows = pieces?.rows ?? [];
  let last = 0;
  for (let i = rows.length - 1; i >= 0 && last === 0; --i) if ((rows[i] as number) < end) last = rows[i] as number;
  const pick = (from: ArrayLike<number>) => [from[last] as number, from[end - 1] as number];
  return { length: 2, x: pick(x), y: pick(y) };
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
  const { x, y } = pixels;
  const line = clipped([x[tail] as number, y[tail] as number, x[to] as number, y[to] as number]);
  if (!line) return null;
  const d = arrowPath(...line, stem);
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

/** How many rows of `track` playback has reached. */
const rowsUntil = (path: PathOnPicture, track: Track, until: number | undefined): number =>
  until === undefined ? track.length : Math.min(track.length, path.model.trace.rowOf(until) + 1);

const classOf = ({ series }: PathOnPicture, curve: boolean, end: number): string =>
  ["path", curve ? "on-curve" : "on-plane", series !== undefined && "of-series", end > kDense && "dense"]
    .filter(Boolean)
    .join(" ");
const styleOf = ({ series }: PathOnPicture) =>
  series === undefined ? {} : { "--path-colour": `var(--series-${series % 8})` };

export interface PathLayerProps extends OnPlot {
  path: PathOnPicture;
  track: Track;
  cursor?: ReadonlySignal<number | undefined> | undefined;
}

/** The line and its arrows: worked out for the whole track, so that playback only takes a part of it. */
export function PathLayer({ path, track, x, y, curve, cursor }: PathLayerProps) {
  const end = rowsUntil(path, track, (path.cursor ?? cursor)?.value);
  const whole = useMemo(() => {
    const pixels = pixelsOf(track, 0, track.length, { x, y, curve });
    const few = track.length - 1 <= kSteps;
    const stem = few || curve;
    const steps = stem ? longestSteps(pixels, kSteps, kLeastArrow) : spacedSteps(pixels, kHeadsApart, kHeads);
    return {
      pixels,
      casing: curve ? undefined : linePieces(pixels),
      line: few ? undefined : linePieces(pixels),
      dots: stem ? dotPieces(pixels) : undefined,
      arrows: steps.map((from) => ({
        from,
        drawn: <Arrow key={from} track={track} pixels={pixels} from={from} stem={stem} curve={curve} />,
      })),
    };
  }, [track, x, y, curve]);
  const { pixels, casing, line, dots, arrows } = whole;
  // Between the last piece and where playback is.
  const rest = end > 0 && (casing ?? line) ? joined(linePieces(lastStretch(pixels, casing ?? line, end)), Infinity) : "";
  return (
    <g class={classOf(path, curve, track.length)} style={styleOf(path)} data-testid="path" data-iterates={end}>
      {casing && <path class="casing" d={joined(casing, end) + rest} />}
      {line && <path class="line" d={joined(line, end) + rest} />}
      {dots && <path class="dots" d={joined(dots, end)} />}
      {arrows.filter(({ from }) => from + 1 < end).map(({ drawn }) => drawn)}
    </g>
  );
}

/** Where it starts and where it is: above all lines. */
export function PathMarks({ path, track, x, y, curve, cursor }: PathLayerProps) {
  const end = rowsUntil(path, track, (path.cursor ?? cursor)?.value);
  const mark = (row: number, kind: "start" | "end") => {
    const { x: px, y: py } = pixelsOf(track, row, row + 1, { x, y, curve });
    if (!(Math.max(Math.abs(px[0] as number), Math.abs(py[0] as number)) < kOffScreen)) return null;
    return (
      <circle
        class={`mark ${kind}`}
        cx={px[0]}
        cy={py[0]}
        r={6}
        data-testid={`path-${kind}`}
        data-iteration={track.iteration[row]}
        data-u={track.u[row]}
        data-v={track.v[row]}
        data-value={track.value[row]}
      >
        <title>{`${path.title}, ${kind}: ${number(track.value[row] as number)}`}</title>
      </circle>
    );
  };
  if (end === 0) return null;
  return (
    <g class={classOf(path, curve, end)} style={styleOf(path)}>
      {mark(0, "start")}
      {mark(end - 1, "end")}
    </g>
  );
}
