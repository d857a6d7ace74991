// The frame of a plot: title, keys, axes with ticks.
import type { ComponentChildren } from "preact";
import { type Scale, ticks, tickTexts } from "./scale";

/** Pixels of the picture that the plot itself takes up. */
export interface Plot {
  /** Of the whole picture. */
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const kFont = "px system-ui, sans-serif";
const kKeyLine = 20;

export interface Key {
  mark: ComponentChildren;
  text: string;
}

const ruler = document.createElement("canvas").getContext("2d");

/** The width of a text in pixels. */
export function textWidth(text: string, size: number, weight = 400): number {
  if (!ruler) return 0.6 * size * text.length;
  ruler.font = `${weight} ${size}${kFont}`;
  return ruler.measureText(text).width;
}

/** Where each key begins, line after line. */
function placed(keys: Key[], width: number): { key: Key; x: number; line: number }[] {
  let x = 0;
  let line = 0;
  return keys.map((key) => {
    const long = 16 + textWidth(key.text, 12) + 18;
    if (x > 0 && x + long > width) {
      x = 0;
      ++line;
    }
    const at = { key, x, line };
    x += long;
    return at;
  });
}

export const keyLines = (keys: Key[], width: number): number =>
  keys.length === 0 ? 0 : Math.max(...placed(keys, width).map(({ line }) => line)) + 1;

export function Header({ title, keys, plot }: { title: ComponentChildren; keys: Key[]; plot: Plot }) {
  return (
    <g class="header">
      <text class="title" x={plot.left} y={20}>
        {title}
      </text>
      {placed(keys, plot.right - plot.left).map(({ key, x, line }) => (
        <g key={`${line} ${x}`} transform={`translate(${plot.left + x} ${40 + line * kKeyLine})`}>
          <g transform="translate(5 -4)">{key.mark}</g>
          <text class="key" x={16}>
            {key.text}
          </text>
        </g>
      ))}
    </g>
  );
}

/** Room above the plot that a title and keys need. */
export const headerHeight = (lines: number): number => 32 + lines * kKeyLine;

export interface AxesProps {
  plot: Plot;
  x: Scale;
  y: Scale;
  xName: string;
  yName: string;
  /** Lines across the plot, for curves. */
  grid: boolean;
}

export function Axes({ plot, x, y, xName, yName, grid }: AxesProps) {
  const { left, right, top, bottom } = plot;
  const across = ticks(x.from, x.to, Math.max(3, (right - left) / 90));
  const up = ticks(y.from, y.to, Math.max(3, (bottom - top) / 56));
  const acrossTexts = tickTexts(across);
  const upTexts = tickTexts(up);
  return (
    <g class="axes">
      {grid && (
        <path
          class="grid"
          d={[
            ...across.map((tick) => `M${x.at(tick).toFixed(1)} ${top}V${bottom}`),
            ...up.map((tick) => `M${left} ${y.at(tick).toFixed(1)}H${right}`),
          ].join("")}
        />
      )}
      <path
        class="ticks"
        d={[
          ...across.map((tick) => `M${x.at(tick).toFixed(1)} ${bottom}v5`),
          ...up.map((tick) => `M${left} ${y.at(tick).toFixed(1)}h-5`),
        ].join("")}
      />
      {across.map((tick, i) => (
        <text key={`x ${tick}`} class="tick" x={x.at(tick)} y={bottom + 18} text-anchor="middle">
          {acrossTexts[i]}
        </text>
      ))}
      {up.map((tick, i) => (
        <text key={`y ${tick}`} class="tick" x={left - 9} y={y.at(tick) + 4} text-anchor="end">
          {upTexts[i]}
        </text>
      ))}
      <text class="axis" x={(left + right) / 2} y={bottom + 37} text-anchor="middle">
        {xName}
      </text>
      <text class="axis" transform={`translate(14 ${(top + bottom) / 2}) rotate(-90)`} text-anchor="middle">
        {yName}
      </text>
      <rect class="edge" x={left} y={top} width={right - left} height={bottom - top} />
    </g>
  );
}
