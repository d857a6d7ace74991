// A function over a plane as a surface that can be turned, with the paths lying on it.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Direction } from "../../gen/thalweg/v1/objective_pb";
import { colour, colours, series as seriesColour } from "../app/theme";
import { isDark } from "./colour_map";
import { pngBlob, svgBlob, svgText } from "./exporter";
import type { FlatProps } from "./flat_picture";
import { Header, type Plot, textWidth } from "./frame";
import { keysOf, objectiveOf, Title, titleOf } from "./header_texts";
import { drape, heightOf, type HeightScale, usualScale } from "./heights";
import type { Landscape, Range } from "./landscape";
import { type Levels, levelsOf } from "./levels";
import { tracksOf } from "./tracks";
import { shortText, ticks, tickTexts } from "./scale";
import type { Eye, SurfaceScene } from "./surface_scene";
import { kFirstEye, useTurning } from "./use_turning";
import type { View } from "./use_view";

const kLevels = 22;
const kShortName = 6; // letters: such names stand upright
const kSubdivided = 2_000; // paths of more iterates follow the surface by themselves

/** Brings the scene when its code is there. */
function useScene(canvas: { current: HTMLCanvasElement | null }): { scene?: SurfaceScene; failure?: string } {
  const [state, setState] = useState<{ scene?: SurfaceScene; failure?: string }>({});
  useEffect(() => {
    let gone = false;
    let scene: SurfaceScene | undefined;
    import("./surface_scene").then(
      ({ SurfaceScene: Made }) => {
        if (gone || !canvas.current) return;
        try {
          scene = new Made(canvas.current);
          setState({ scene });
        } catch {
          setState({ failure: "This browser cannot draw surfaces (it offers no WebGL). The contours show the same plane." });
        }
      },
      () => !gone && setState({ failure: "The code that draws surfaces could not be loaded." }),
    );
    return () => {
      gone = true;
      scene?.dispose();
    };
  }, []);
  return state;
}

interface Pixel {
  x: number;
  y: number;
}

interface AxesProps {
  scene: SurfaceScene;
  landscape: Landscape;
  levels: Levels;
  height: (value: number) => number;
  eye: Eye;
  /** Of the picture, in pixels. */
  width: number;
}

/** Numbers and names along the edges of the floor that are nearest to the eye, and values along an upright. */
function SurfaceAxes({ scene, landscape, levels, height, eye, width }: AxesProps) {
  const { u, v = u, uName, vName } = landscape;
  const front = Math.cos(eye.azimuth) > 0 ? v.from : v.to;
  const side = Math.sin(eye.azimuth) > 0 ? u.to : u.from;
  const far = Math.sin(eye.azimuth) > 0 ? u.from : u.to;
  const at = (toU: number, toV: number, up = 0) => scene.onScreen(toU, toV, up);
  const middle = at((u.from + u.to) / 2, (v.from + v.to) / 2);
  /** A little away from the middle of the floor. */
  const outwards = ({ x, y }: Pixel, by: number): Pixel => {
    const long = Math.hypot(x - middle.x, y - middle.y) || 1;
    return { x: x + ((x - middle.x) / long) * by, y: y + ((y - middle.y) / long) * by };
  };
  const label = (place: Pixel, text: string) => {
    const { x, y } = outwards(place, 17);
    return (
      <text key={text} class="tick" x={x} y={y + 4} text-anchor="middle">
        {text}
      </text>
    );
  };
  /** A name along an edge of the floor. */
  const name = (from: Pixel, to: Pixel, text: string) => {
    const { x, y } = outwards({ x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }, 44);
    const slope = (180 / Math.PI) * Math.atan2(to.y - from.y, to.x - from.x);
    const along = slope > 90 ? slope - 180 : slope < -90 ? slope + 180 : slope;
    const upright = text.length > kShortName ? along : 0;
    return (
      <text class="axis" transform={`translate(${x.toFixed(1)} ${(y + 4).toFixed(1)}) rotate(${upright.toFixed(1)})`} text-anchor="middle">
        {text}
      </text>
    );
  };
  // Both axes end in the corner that is nearest to the eye: no numbers there.
  const clear = ({ from, to }: Range, corner: number) => (tick: number) => Math.abs(tick - corner) > 0.08 * (to - from);
  const alongU = ticks(u.from, u.to, 5).filter(clear(u, side));
  const alongV = ticks(v.from, v.to, 5).filter(clear(v, front));
  // Even heights, with the values that are there.
  const heights = levels.levels.length > 0 ? [0.25, 0.5, 0.75, 1] : [];
  const valueAtHeight = (h: number) => {
    let low = levels.from;
    let high = levels.to;
    for (let i = 0; i < 60; ++i) {
      const half = (low + high) / 2;
      if (height(half) < h) low = half;
      else high = half;
    }
    return high;
  };
  return (
    <g class="axes">
      {alongU.map((tick, i) => label(at(tick, front), tickTexts(alongU)[i] as string))}
      {alongV.map((tick, i) => label(at(side, tick), tickTexts(alongV)[i] as string))}
      {name(at(u.from, front), at(u.to, front), uName)}
      {name(at(side, v.from), at(side, v.to), vName)}
      {heights.map((h) => {
        const { x, y } = at(far, front, h);
        const text = shortText(valueAtHeight(h));
        const half = textWidth(text, 12) / 2 + 2;
        const beside = x + (x < middle.x ? -half - 4 : half + 4);
        return (
          <text key={h} class="tick" x={Math.min(width - half, Math.max(half, beside))} y={y + 4} text-anchor="middle">
            {text}
          </text>
        );
      })}
    </g>
  );
}

function DrawnSurface({ view, ...props }: FlatProps & { view: View }) {
  const { paths, width, height: tall, cursor, onExporter } = props;
  const { landscape, box } = view;
  const canvas = useRef<HTMLCanvasElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  const { scene, failure } = useScene(canvas);
  const eye = useSignal<Eye>(kFirstEye);
  const [chosenScale, setScale] = useState<HeightScale>();
  const stamp = colours.value;
  const dark = isDark(colour("paper"));
  const ascending = objectiveOf(props)?.direction === Direction.MAXIMIZE;
  const levels = useMemo(() => levelsOf(landscape.values, kLevels, { ascending }), [landscape, ascending]);
  const scale = chosenScale ?? usualScale(levels);
  const height = useMemo(() => heightOf(levels, scale), [levels, scale]);
  const versions = paths.map(({ model }) => model.version.value).join();
  const tracks = useMemo(() => tracksOf(paths, landscape), [paths, versions, landscape]);
  const draped = useMemo(
    () => tracks.map((track) => drape(track, landscape, track.length <= kSubdivided)),
    [tracks, landscape],
  );

  useLayoutEffect(() => scene?.resize(width, tall), [scene, width, tall]);
  useLayoutEffect(() => scene?.setSurface({ landscape, levels, height, dark, frame: colour("quiet") }), [scene, landscape, levels, height, dark]);
  useLayoutEffect(() => {
    scene?.setPaths(
      paths.map(({ series }, i) => ({
        draped: draped[i] as (typeof draped)[number],
        colour: series === undefined ? "#ffffff" : seriesColour(series),
        casing: series === undefined ? "#08141f" : "#ffffff",
        start: colour("start"),
        end: series === undefined ? colour("end") : seriesColour(series),
      })),
    );
  }, [scene, draped, landscape, height, stamp]);
  useTurning(svg, eye.value, (next) => (eye.value = next));

  // Every change of what is above ends in one drawing; the overlay's places follow from it.
  const untils = paths.map((path) => (path.cursor ?? cursor)?.value);
  const until = untils.join();
  const drawnFor = useMemo(() => ({}), [scene, width, tall, landscape, levels, height, dark, draped, stamp, until, eye.value]);
  const [drawn, setDrawn] = useState<object>();
  useLayoutEffect(() => {
    if (!scene) return;
    paths.forEach(({ model }, i) => {
      const { upTo } = draped[i] as (typeof draped)[number];
      const last = untils[i];
      const row = last === undefined ? upTo.length - 1 : Math.min(upTo.length - 1, model.trace.rowOf(last));
      scene.showUpTo(i, row < 0 ? 0 : (upTo[row] as number));
    });
    scene.render(eye.value);
    setDrawn(drawnFor);
  }, [drawnFor]);

  // Not with the cursor: it would draw everything anew in every frame of playback.
  const title = titleOf({ subject: props.subject, paths, ...(props.title === undefined ? {} : { title: props.title }) });
  const plot: Plot = { width, height: tall, left: 12, right: width - 12, top: 60, bottom: tall - 12 };
  const exporting = useRef({ scene, width, tall });
  exporting.current = { scene, width, tall };
  useEffect(() => {
    const text = () => svgText(svg.current as SVGSVGElement, colour("paper"), exporting.current.scene?.image());
    onExporter?.({
      svg: async () => svgBlob(text()),
      png: () => pngBlob(text(), exporting.current.width, exporting.current.tall),
    });
  }, [onExporter]);

  if (failure) return <p class="empty">{failure}</p>;
  return (
    <>
      <div class="surface" style={{ height: `${tall}px` }}>
        <canvas ref={canvas} style={{ width: `${width}px`, height: `${tall}px` }} aria-hidden="true" />
        <svg
          ref={svg}
          class="plot"
          viewBox={`0 0 ${width} ${tall}`}
          width={width}
          height={tall}
          role="group"
          aria-label={`${title}, as a surface. Arrow keys turn it, plus and minus move nearer and farther, 0 goes back.`}
          tabindex={0}
          data-testid="surface"
          data-drawn={drawn ? "yes" : "no"}
        >
          <Header title={<Title {...props} room={width - plot.left - 8} />} keys={keysOf(paths, tracks, [], box)} plot={plot} />
          {scene && drawn && (
            <SurfaceAxes scene={scene} landscape={landscape} levels={levels} height={height} eye={eye.value} width={width} />
          )}
        </svg>
      </div>
      <label class="height-scale">
        <input
          type="checkbox"
          checked={scale === "compressed"}
          onChange={(event) => setScale(event.currentTarget.checked ? "compressed" : "linear")}
        />{" "}
        Compress great heights
      </label>
    </>
  );
}

export function SurfacePicture(props: FlatProps) {
  const { shown, width, height } = props;
  const { view, problem } = shown;
  if (view && !view.bare && view.landscape.v) return <DrawnSurface {...props} view={view} />;
  return (
    <div class="waiting" style={{ width: `${width}px`, height: `${height}px` }} role="status">
      {problem ? `The function could not be drawn: ${problem.text}` : "Sampling the function…"}
    </div>
  );
}
