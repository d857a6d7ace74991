// A chart as an SVG text of its own, for export: from the data, not from the screen. No DOM.
import { type Range, type Scale, axisRange, countText, countTicks, extent, position, tickText, ticks } from "./axis";
import { type Mark, type Series, rowAt } from "./convergence";

export interface ChartColours {
  paper: string;
  ink: string;
  quiet: string;
  grid: string;
  series: string[];
}

export interface ChartDrawing {
  title: string;
  xLabel: string;
  x: ArrayLike<number>;
  series: Series[];
  scale: Scale;
  /** Part of the x axis that is shown; undefined: all of it. */
  zoom?: Range | undefined;
  marks?: Mark[];
  colours: ChartColours;
  width?: number;
  height?: number;
}

const kLeft = 78;
const kRight = 14;
const kTop = 34;
const kBottom = 62;

export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] as string);

const px = (value: number): string => String(Number(value.toFixed(2)));

/**
 * A curve as an SVG path, at most four points for each pixel of its width: the first, the least, the greatest and
 * the last of those that fall into it, as the screen shows them.
 */
export function curvePath(
  x: ArrayLike<number>,
  values: ArrayLike<number | null>,
  [from, to]: [number, number],
  toX: (x: number) => number,
  toY: (value: number) => number,
): string {
  let path = "";
  let pixel = NaN;
  let points: [number, number][] = [];
  let pen = false;
  const flush = () => {
    if (points.length === 0) return;
    let least = 0;
    let greatest = 0;
    points.forEach(([, y], i) => {
      if (y < (points[least] as [number, number])[1]) least = i;
      if (y > (points[greatest] as [number, number])[1]) greatest = i;
    });
    const kept = [...new Set([0, Math.min(least, greatest), Math.max(least, greatest), points.length - 1])];
    for (const i of kept) {
      const [at, y] = points[i] as [number, number];
      path += `${pen ? "L" : "M"}${px(at)} ${px(y)}`;
      pen = true;
    }
    points = [];
  };
  for (let row = from; row < to; ++row) {
    const value = values[row];
    const at = toX(x[row] as number);
    const y = value === null || value === undefined ? NaN : toY(value);
    if (Math.floor(at) !== pixel || !Number.isFinite(y)) flush();
    pixel = Math.floor(at);
    if (Number.isFinite(y)) points.push([at, y]);
    else pen = false;
  }
  flush();
  return path;
}

export function chartSvg(chart: ChartDrawing): string {
  const { title, xLabel, x, series, scale, colours, width = 900, height = 420 } = chart;
  const across = width - kLeft - kRight;
  const down = height - kTop - kBottom;
  const all: Range = x.length > 0 ? [x[0] as number, x[x.length - 1] as number] : [0, 1];
  const [x0, x1] = chart.zoom ?? (all[0] < all[1] ? all : [all[0], all[0] + 1]);
  const rows: [number, number] =
    x.length > 0 ? [Math.max(0, rowAt(x, x0) - 1), Math.min(x.length, rowAt(x, x1) + 1)] : [0, 0];
  const columns = series.map(({ values }) => values);
  const yRange = axisRange(extent(columns, scale, ...rows), scale);
  const toX = (value: number) => kLeft + position(value, "linear", [x0, x1], across);
  const toY = (value: number) => kTop + down - position(value, scale, yRange, down);

  const parts: string[] = [];
  for (const tick of ticks(scale, yRange, 6)) {
    const y = px(toY(tick));
    parts.push(`<path d="M${kLeft} ${y}H${kLeft + across}" stroke="${colours.grid}"/>`);
    parts.push(`<text x="${kLeft - 8}" y="${y}" dy="0.35em" text-anchor="end">${tickText(tick, scale)}</text>`);
  }
  for (const tick of countTicks([x0, x1], 8)) {
    const at = px(toX(tick));
    parts.push(`<path d="M${at} ${kTop}V${kTop + down}" stroke="${colours.grid}"/>`);
    parts.push(`<text x="${at}" y="${kTop + down + 18}" text-anchor="middle">${countText(tick)}</text>`);
  }
  for (const mark of chart.marks ?? []) {
    if (mark.x < x0 || mark.x > x1) continue;
    const at = px(toX(mark.x));
    const line = `d="M${at} ${kTop}V${kTop + down}" stroke="${colours.quiet}" stroke-dasharray="2 4"`;
    parts.push(`<path ${line}><title>${escaped(mark.text)}</title></path>`);
  }
  for (const { values, colour, dashed } of series) {
    const stroke = colours.series[colour % colours.series.length] as string;
    const path = curvePath(x, values, rows, toX, toY);
    const dash = dashed ? ' stroke-dasharray="6 4"' : "";
    parts.push(`<path d="${path}" fill="none" stroke="${stroke}" stroke-width="1.8"${dash} clip-path="url(#plot)"/>`);
  }
  let legend = kLeft;
  for (const { label, colour } of series) {
    const fill = colours.series[colour % colours.series.length] as string;
    parts.push(`<rect x="${legend}" y="${height - 20}" width="12" height="12" rx="2" fill="${fill}"/>`);
    parts.push(`<text x="${legend + 18}" y="${height - 10}">${escaped(label)}</text>`);
    legend += 40 + 7.5 * label.length;
  }
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="system-ui, sans-serif" font-size="12" fill="${colours.ink}">` +
    `<defs><clipPath id="plot"><rect x="${kLeft}" y="${kTop}" width="${across}" height="${down}"/></clipPath></defs>` +
    `<rect width="${width}" height="${height}" fill="${colours.paper}"/>` +
    `<text x="${kLeft}" y="20" font-size="14" font-weight="600">${escaped(title)}</text>` +
    parts.join("") +
    `<rect x="${kLeft}" y="${kTop}" width="${across}" height="${down}" fill="none" stroke="${colours.quiet}"/>` +
    `<text x="${kLeft + across / 2}" y="${kTop + down + 36}" text-anchor="middle">${escaped(xLabel)}</text></svg>`
  );
}
