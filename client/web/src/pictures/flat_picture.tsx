// A curve or contours: an SVG with the function, the paths, the marks and the axes.
import { useSignal } from "@preact/signals";
import { useEffect, useId, useMemo, useRef } from "preact/hooks";
import { Direction } from "../../gen/thalweg/v1/objective_pb";
import { colour, colours } from "../app/theme";
import { catalogue, loadCatalogue } from "../wire/catalogue";
import type { Box } from "./box";
import { isDark } from "./colour_map";
import { ColourBar, ContourLayer } from "./contour_layer";
import { CurveLayer, valueRange } from "./curve_layer";
import { pngBlob, svgBlob, svgText } from "./exporter";
import { Axes, Header, headerHeight, keyLines, type Plot } from "./frame";
import type { Landscape } from "./landscape";
import { levelsOf } from "./levels";
import { keysOf, objectiveOf, Title, titleOf } from "./header_texts";
import { Bounds, Crosshair, Minima, minimaOf, type Reading, readingText } from "./marks";
import { PathLayer, PathMarks } from "./path_layer";
import type { Track } from "./projection";
import type { PictureProps } from "./props";
import { linearScale } from "./scale";
import { StartHandle } from "./start_handle";
import { tracksOf } from "./tracks";
import { useGestures } from "./use_gestures";
import type { View, ViewAndMore } from "./use_view";

const kLevels = 22;

export interface FlatProps extends PictureProps {
  plane: string;
  shown: ViewAndMore;
  width: number;
  height: number;
}

/** The least and the greatest value of the iterates that `box` shows; NaN: it shows none. */
function valuesWithin(tracks: Track[], box: Box): [least: number, greatest: number] {
  let least = Infinity;
  let greatest = -Infinity;
  for (const { length, u, value } of tracks) {
    for (let i = 0; i < length; ++i) {
      const here = value[i] as number;
      if (!((u[i] as number) >= box.u[0] && (u[i] as number) <= box.u[1]) || !Number.isFinite(here)) continue;
      least = Math.min(least, here);
      greatest = Math.max(greatest, here);
    }
  }
  return least <= greatest ? [least, greatest] : [NaN, NaN];
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
  const versions = paths.map(({ model }) => model.version.value).join();
  const tracks = useMemo(() => tracksOf(paths, landscape), [paths, versions, landscape]);
  const minima = useMemo(
    () => (bare ? [] : minimaOf({ objective, functions, variables, landscape, tracks })),
    [objective, functions, variables, landscape, tracks, bare],
  );
  const ascending = objective?.direction === Direction.MAXIMIZE;
  const floor = minima[0]?.known ? minima[0].value : NaN;
  const levels = useMemo(() => levelsOf(landscape.values, kLevels, { floor, ascending }), [landscape, floor, ascending]);
  const [least, greatest] = shown.chosen ? [NaN, NaN] : valuesWithin(tracks, box);

  const keys = keysOf(paths, tracks, minima, box);
  const wide = width >= 480;
  const bar = !curve && wide && levels.levels.length > 0;
  const left = wide ? 66 : 56;
  const right = width - (bar ? 84 : 14);
  const lines = keyLines(keys, right - left);
  const plot: Plot = useMemo(
    () => ({ width, height, left, right, top: headerHeight(lines), bottom: height - 46 }),
    [width, height, left, right, lines],
  );
  const x = useMemo(() => linearScale(box.u[0], box.u[1], plot.left, plot.right), [box, plot]);
  const y = useMemo(() => {
    const focus = least <= greatest ? { values: [least, greatest] as [number, number], ascending } : undefined;
    const [from, to] = curve ? valueRange(landscape, box, focus) : box.v;
    return linearScale(from, to, plot.bottom, plot.top);
  }, [box, plot, landscape, curve, least, greatest, ascending]);

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

  // Not with the cursor: it would draw everything anew in every frame of playback.
  const title = titleOf({ subject: props.subject, paths, ...(props.title === undefined ? {} : { title: props.title }) });
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
        tabindex={0} // in lower case: an attribute of SVG
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
        <Header title={<Title {...props} room={width - plot.left - 8} />} keys={keys} plot={plot} />
        {!curve && <rect class="blank" x={plot.left} y={plot.top} width={plot.right - plot.left} height={plot.bottom - plot.top} />}
        {!curve && !bare && (
          <g class="layer" clip-path={`url(#${clip})`}>
            <ContourLayer landscape={landscape} levels={levels} x={x} y={y} dark={dark} hatch={hatch} />
          </g>
        )}
        <Axes plot={plot} x={x} y={y} xName={landscape.uName} yName={yName} grid={curve || bare} />
        <g class="layer" clip-path={`url(#${clip})`}>
          <Bounds objective={objective} variables={variables} plane={plane} plot={plot} x={x} y={y} curve={curve} />
          {curve && <CurveLayer landscape={landscape} x={x} y={y} />}
          <Minima minima={minima} x={x} y={y} curve={curve} />
          {paths.map((path, i) => (
            <PathLayer key={i} path={path} track={tracks[i] as Track} x={x} y={y} curve={curve} cursor={cursor} />
          ))}
          {paths.map((path, i) => (
            <PathMarks key={i} path={path} track={tracks[i] as Track} x={x} y={y} curve={curve} cursor={cursor} />
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
