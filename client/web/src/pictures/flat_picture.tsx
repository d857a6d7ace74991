// A curve or contours: an SVG with the function, the paths, the marks and the axes.
import { useSignal } from "@preact/signals";
import { useEffect, useId, useMemo, useRef } from "preact/hooks";
import type { Objective } from "../../gen/thalweg/v1/objective_pb";
import { Direction } from "../../gen/thalweg/v1/objective_pb";
import { count } from "../app/format";
import { colour, colours } from "../app/theme";
import { catalogue, loadCatalogue } from "../wire/catalogue";
import { type Box, outside } from "./box";
import { isDark } from "./colour_map";
import { ColourBar, ContourLayer } from "./contour_layer";
import { CurveLayer, valueRange } from "./curve_layer";
import { pngBlob, svgBlob, svgText } from "./exporter";
import { Axes, Header, headerHeight, type Key, keyLines, type Plot } from "./frame";
import type { Landscape } from "./landscape";
import { levelsOf } from "./levels";
import { Bounds, Crosshair, crossPath, Minima, minimaOf, type Minimum, type Reading, readingText, starPath } from "./marks";
import { PathLayer } from "./path_layer";
import { trackOf } from "./projection";
import type { PathOnPicture, PictureProps } from "./props";
import { linearScale } from "./scale";
import { StartHandle } from "./start_handle";
import { iterationsText, objectiveText, rateText } from "./title";
import { useGestures } from "./use_gestures";
import type { View, ViewAndMore } from "./use_view";

const kLevels = 22;
const kMostKeys = 12;

export interface FlatProps extends PictureProps {
  plane: string;
  shown: ViewAndMore;
  width: number;
  height: number;
}

/** The objective that is drawn: the one given, or that of the first run. */
export function objectiveOf({ subject, paths }: Pick<PictureProps, "subject" | "paths">): Objective | undefined {
  return subject.case === "objective" ? subject.value : paths[0]?.model.run.value?.objective;
}

/** The title of the picture; grows with the iterations. */
export function titleOf(props: Pick<PictureProps, "subject" | "paths" | "cursor" | "title">): string {
  const { paths, cursor } = props;
  const only = paths.length === 1 ? paths[0]?.model : undefined;
  void only?.version.value;
  if (props.title !== undefined) return props.title;
  const what = objectiveText(objectiveOf(props));
  if (!only) return what;
  return [what, rateText(only.run.value, only.trace), iterationsText(only.trace, cursor?.value)].filter(Boolean).join(", ");
}

function outsideText({ model, title }: PathOnPicture, landscape: Landscape, box: Box, many: boolean): string {
  void model.version.value;
  const track = trackOf(model.trace, landscape);
  const out = outside(track, box, track.length);
  if (out === 0) return "";
  const of = `${count(out)} of ${count(track.length)} iterates ${out === 1 ? "is" : "are"} outside`;
  return many ? `${title}: ${of}` : of;
}

function keysOf(props: FlatProps, minima: Minimum[], landscape: Landscape, box: Box): Key[] {
  const { paths } = props;
  const walked = paths.some(({ model }) => (void model.version.value, model.trace.length > 0 && model.trace.coordinates > 0));
  const keys: Key[] = paths
    .filter(({ series }) => series !== undefined)
    .slice(0, kMostKeys)
    .map(({ series = 0, title }) => ({
      mark: <path class="swatch" d="M-6 0H6" style={{ stroke: `var(--series-${series % 8})` }} />,
      text: title,
    }));
  if (paths.length > kMostKeys) keys.push({ mark: null, text: `and ${paths.length - kMostKeys} more` });
  if (walked) {
    keys.push({ mark: <circle class="mark start" r={5} />, text: "start" });
    keys.push({ mark: <circle class="mark end" r={5} />, text: "end" });
  }
  if (minima[0]) {
    const { known } = minima[0];
    keys.push({
      mark: <path class={`minimum${known ? " known" : ""}`} d={known ? starPath(7) : crossPath(5)} />,
      text: known ? "known minimum" : "least value here",
    });
  }
  for (const path of paths.slice(0, kMostKeys)) {
    const text = outsideText(path, landscape, box, paths.length > 1);
    if (text) keys.push({ mark: <path class="warning" d="M0 -5L6 5H-6Z" />, text });
  }
  return keys;
}

function Drawn({ view, ...props }: FlatProps & { view: View }) {
  const { paths, variables, plane, shown, width, height, cursor, start, onStart, onExporter } = props;
  const { landscape, box, bare } = view;
  const curve = landscape.v === undefined;
  const svg = useRef<SVGSVGElement>(null);
  const id = useId();
  const reading = useSignal<Reading | undefined>(undefined);
  void colours.value;
  const dark = isDark(colour("paper"));

  const objective = objectiveOf(props);
  const named = objective?.kind.case === "function";
  useEffect(() => {
    if (named) loadCatalogue().catch(() => undefined); // without it the least sample is marked
  }, [named]);
  const functions = catalogue.value?.functions ?? [];
  const minima = useMemo(
    () => (bare ? [] : minimaOf(objective, functions, variables, landscape)),
    [objective, functions, variables, landscape, bare],
  );
  const ascending = objective?.direction === Direction.MAXIMIZE;
  const floor = minima[0]?.known ? minima[0].value : NaN;
  const levels = useMemo(() => levelsOf(landscape.values, kLevels, { floor, ascending }), [landscape, floor, ascending]);

  const keys = keysOf(props, minima, landscape, box);
  const wide = width >= 480;
  const bar = !curve && wide && levels.levels.length > 0;
  const left = wide ? 66 : 56;
  const lines = keyLines(keys, width - left - 12);
  const plot: Plot = useMemo(
    () => ({ width, height, left, right: width - (bar ? 84 : 14), top: headerHeight(lines), bottom: height - 46 }),
    [width, height, left, bar, lines],
  );
  const x = useMemo(() => linearScale(box.u[0], box.u[1], plot.left, plot.right), [box, plot]);
  const y = useMemo(() => {
    const [from, to] = curve ? valueRange(landscape, box) : box.v;
    return linearScale(from, to, plot.bottom, plot.top);
  }, [box, plot, landscape, curve]);

  useGestures(svg, {
    plot,
    x,
    y,
    box,
    show: shown.show,
    fit: shown.fit,
    onPoint: (at) => (reading.value = at && { u: x.invert(at.x), v: y.invert(at.y) }),
    onPointBy: (du, dv) => {
      const { u, v } = reading.value ?? { u: (x.from + x.to) / 2, v: (y.from + y.to) / 2 };
      reading.value = { u: u + du * (x.to - x.from), v: v + dv * (y.to - y.from) };
    },
  });
  const exporting = useRef({ width, height });
  exporting.current = { width, height };
  useEffect(() => {
    const text = () => svgText(svg.current as SVGSVGElement, colour("paper"));
    onExporter?.({
      svg: async () => svgBlob(text()),
      png: () => pngBlob(text(), exporting.current.width, exporting.current.height),
    });
  }, [onExporter]);

  const title = titleOf(props);
  const yName = curve ? "value" : landscape.vName;
  const clip = `${id}-clip`;
  const hatch = `${id}-hatch`;
  return (
    <>
      <svg
        ref={svg}
        class="plot"
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        role="group"
        aria-label={`${title}. Arrow keys read values, with shift they move the window; plus and minus zoom, 0 goes back.`}
        tabIndex={0}
        data-testid="plot"
        data-u-from={box.u[0]}
        data-u-to={box.u[1]}
        data-v-from={y.from}
        data-v-to={y.to}
        onBlur={() => (reading.value = undefined)}
      >
        <defs>
          <clipPath id={clip}>
            <rect x={plot.left} y={plot.top} width={plot.right - plot.left} height={plot.bottom - plot.top} />
          </clipPath>
          <pattern id={hatch} width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <path class="hatch" d="M0 0V8" />
          </pattern>
        </defs>
        <Header title={title} keys={keys} plot={plot} />
        {!curve && <rect class="blank" x={plot.left} y={plot.top} width={plot.right - plot.left} height={plot.bottom - plot.top} />}
        {!curve && !bare && (
          <g clip-path={`url(#${clip})`}>
            <ContourLayer landscape={landscape} levels={levels} x={x} y={y} dark={dark} hatch={hatch} />
          </g>
        )}
        <Axes plot={plot} x={x} y={y} xName={landscape.uName} yName={yName} grid={curve || bare} />
        <g clip-path={`url(#${clip})`}>
          <Bounds objective={objective} variables={variables} plane={plane} plot={plot} x={x} y={y} curve={curve} />
          {curve && <CurveLayer landscape={landscape} x={x} y={y} />}
          <Minima minima={minima} x={x} y={y} curve={curve} />
          {paths.map((path, i) => (
            <PathLayer key={i} path={path} plane={landscape} x={x} y={y} curve={curve} cursor={cursor} />
          ))}
          <Crosshair reading={reading} landscape={landscape} x={x} y={y} plot={plot} />
          {start && onStart && (
            <StartHandle start={start} onStart={onStart} variables={variables} landscape={landscape} x={x} y={y} curve={curve} />
          )}
        </g>
        {bar && <ColourBar levels={levels} plot={plot} dark={dark} />}
      </svg>
      <Readout reading={reading} landscape={landscape} />
    </>
  );
}

function Readout({ reading, landscape }: { reading: { value: Reading | undefined }; landscape: Landscape }) {
  return (
    <output class="readout" aria-live="polite">
      {reading.value ? readingText(reading.value, landscape) : "\u00a0"}
    </output>
  );
}

export function FlatPicture(props: FlatProps) {
  const { shown, width, height } = props;
  const { view, problem } = shown;
  return (
    <>
      {view ? (
        <Drawn {...props} view={view} />
      ) : (
        <div class="waiting" style={{ width: `${width}px`, height: `${height}px` }} role="status">
          Sampling the function…
        </div>
      )}
      {problem && (
        <p class="complaint" role="status">
          The function could not be drawn: {problem.text}
        </p>
      )}
    </>
  );
}
