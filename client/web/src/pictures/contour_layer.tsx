// A function over a plane as filled contours.
import { useMemo } from "preact/hooks";
import { css, heightColour } from "./colour_map";
import { type ContourBand, bands, definedRegion, labelPlaces } from "./contour_paths";
import type { Plot } from "./frame";
import type { Landscape } from "./landscape";
import type { Levels } from "./levels";
import { type Scale, shortText } from "./scale";

/** The colour between level i - 1 and level i of `count` levels; 0: below the first. */
export const bandColour = (i: number, count: number, dark: boolean): string =>
  css(heightColour(count === 0 ? 0.35 : i / count, dark));

export interface ContourLayerProps {
  landscape: Landscape;
  levels: Levels;
  x: Scale;
  y: Scale;
  dark: boolean;
  /** Of the pattern for where the function has no value. */
  hatch: string;
}

function useBands(landscape: Landscape, levels: Levels): ContourBand[] {
  return useMemo(() => bands(landscape, levels.levels), [landscape, levels]);
}

export function ContourLayer({ landscape, levels, x, y, dark, hatch }: ContourLayerProps) {
  const all = useBands(landscape, levels);
  const holes = useMemo(() => (levels.hole > 0 ? definedRegion(landscape) : undefined), [landscape, levels]);
  const count = levels.levels.length;
  const { u, v = u } = landscape;

  // From units of the grid to pixels: a window that moves only changes this.
  const cellX = (x.at(u.to) - x.at(u.from)) / (u.count - 1);
  const cellY = (y.at(v.to) - y.at(v.from)) / (v.count - 1);
  const transform = `translate(${x.at(u.from)} ${y.at(v.from)}) scale(${cellX} ${cellY}) translate(-0.5 -0.5)`;

  const fills = useMemo(
    () => (
      <>
        {holes === undefined ? (
          <rect width={u.count} height={v.count} fill={bandColour(0, count, dark)} />
        ) : (
          <path d={holes} fill={bandColour(0, count, dark)} />
        )}
        {all.map(({ level, path }, i) => (
          <path key={level} class="band" d={path} fill={bandColour(i + 1, count, dark)} data-level={level} />
        ))}
      </>
    ),
    [all, holes, dark],
  );
  const labels = useMemo(
    () => labelPlaces(landscape, levels.levels.filter((_, i) => i % 2 === 1), Math.abs(cellX), Math.abs(cellY)),
    [landscape, levels],
  );
  return (
    <g data-testid="contours">
      {holes !== undefined && (
        <rect
          x={x.at(u.from)}
          y={y.at(v.to)}
          width={x.at(u.to) - x.at(u.from)}
          height={y.at(v.from) - y.at(v.to)}
          fill={`url(#${hatch})`}
        />
      )}
      <g class="bands" transform={transform}>
        {fills}
      </g>
      {labels.map(({ level, x: gridX, y: gridY }) => (
        <text
          key={level}
          class="level"
          x={x.at(u.from) + (gridX - 0.5) * cellX}
          y={y.at(v.from) + (gridY - 0.5) * cellY + 3.5}
          text-anchor="middle"
        >
          {shortText(level)}
        </text>
      ))}
    </g>
  );
}

/** The scale of colours beside the plot. */
export function ColourBar({ levels, plot, dark }: { levels: Levels; plot: Plot; dark: boolean }) {
  const { levels: all } = levels;
  const count = all.length;
  if (count === 0) return null;
  const left = plot.right + 14;
  const step = (plot.bottom - plot.top) / (count + 1);
  const every = Math.ceil(28 / step);
  return (
    <g class="colour-bar">
      {Array.from({ length: count + 1 }, (_, i) => (
        <rect
          key={i}
          x={left}
          y={plot.bottom - (i + 1) * step}
          width={12}
          height={step + 0.5}
          fill={bandColour(i, count, dark)}
        />
      ))}
      <rect class="edge" x={left} y={plot.top} width={12} height={plot.bottom - plot.top} />
      {all.map((level, i) =>
        i % every === Math.floor(every / 2) ? (
          <text key={level} class="tick" x={left + 17} y={plot.bottom - (i + 1) * step + 4}>
            {shortText(level)}
          </text>
        ) : null,
      )}
    </g>
  );
}
