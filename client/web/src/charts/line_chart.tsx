// A chart of curves over one x axis, on canvas: hover reads values, a click picks, dragging zooms.
import { type ReadonlySignal, effect, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { number } from "../app/format";
import { colour, colours, series as seriesColour } from "../app/theme";
import { type Range, type Scale, axisRange, countText, countTicks, extent, tickText, ticks } from "./axis";
import { type Mark, type Series, curveText, nearestRow, rowAt } from "./convergence";
import "./charts.css";

export interface LineChartProps {
  title: string;
  xLabel: string;
  /** Whether the x axis says what it counts. */
  labelled: boolean;
  x: Float64Array;
  series: Series[];
  scale: Scale;
  marks: Mark[];
  zoom: Range | undefined;
  onZoom: (range: Range | undefined) => void;
  /** Where playback stands, on the x axis. */
  cursor: ReadonlySignal<number | undefined>;
  onPick: (x: number) => void;
  /** Ids of series that are not drawn. */
  hidden: ReadonlySet<string>;
  onToggle: (id: string) => void;
  /** Charts of one group share the pointer. */
  group?: string;
}

const kHeight = 240;
const kDragPx = 6; // less is a click
const kDoubleClickMs = 250;

/** Rows that are drawn in [from, to]: one more at each side, so that curves reach the edges. */
function shownRows(x: ArrayLike<number>, [from, to]: Range): [number, number] {
  if (x.length === 0) return [0, 0];
  return [Math.max(0, rowAt(x, from) - 1), Math.min(x.length, rowAt(x, to) + 2)];
}

function fullRange(x: ArrayLike<number>): Range {
  if (x.length === 0) return [0, 1];
  const [from, to] = [x[0] as number, x[x.length - 1] as number];
  return from < to ? [from, to] : [from, from + 1];
}

function axisOptions(label: string | undefined, side: 1 | 2, scale: Scale): uPlot.Axis {
  const across = side === 2;
  return {
    ...(label === undefined ? {} : { label, labelSize: 22, labelFont: "12px system-ui" }),
    stroke: () => colour("quiet"),
    font: "12px system-ui",
    size: across ? 34 : 66,
    grid: { stroke: () => colour("grid"), width: 1 },
    ticks: { show: false },
    splits: (plot, _axis, from, to) =>
      across ? countTicks([from, to], Math.max(3, plot.width / 110)) : ticks(scale, [from, to], plot.height / 45),
    filter: (_plot, splits) => splits,
    values: (_plot, splits) => splits.map((value) => (across ? countText(value) : tickText(value, scale))),
  };
}

function drawMarks(plot: uPlot, marks: Mark[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([3 * devicePixelRatio, 4 * devicePixelRatio]);
  for (const { x, kind } of marks) {
    const at = plot.valToPos(x, "x", true);
    if (at < bbox.left || at > bbox.left + bbox.width) continue;
    ctx.strokeStyle = colour(({ alarm: "danger", event: "warning", good: "good" } as const)[kind]);
    ctx.beginPath();
    ctx.moveTo(at, bbox.top);
    ctx.lineTo(at, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

export function LineChart(props: LineChartProps) {
  const { title, xLabel, labelled, x, series, scale, zoom, cursor, hidden, onToggle } = props;
  const host = useRef<HTMLDivElement>(null);
  const plotRef = useRef<uPlot>();
  const newest = useRef(props);
  newest.current = props;
  /** Row under the pointer. */
  const hovered = useSignal<number | undefined>(undefined);

  const shown = series.filter(({ id }) => !hidden.has(id));
  const shape = `${scale} ${colours.value} ${series.map(({ id, label }) => `${id}:${label}`).join()}`;

  // The plot is made anew where its shape changes; data, zoom and size are set on it.
  useLayoutEffect(() => {
    const element = host.current as HTMLDivElement;
    let pressedAt = 0;
    const plot = new uPlot(
      {
        width: Math.max(element.clientWidth, 120),
        height: kHeight,
        legend: { show: false },
        padding: [10, 30, 0, 0],
        scales: {
          x: { time: false, range: () => newest.current.zoom ?? fullRange(newest.current.x) },
          y: {
            distr: scale === "log" ? 3 : 1,
            range: () => {
              const { x: xs, series: all, hidden: without, zoom: part } = newest.current;
              const columns = all.filter(({ id }) => !without.has(id)).map(({ values }) => values);
              return axisRange(extent(columns, scale, ...shownRows(xs, part ?? fullRange(xs))), scale);
            },
          },
        },
        axes: [{ ...axisOptions(labelled ? xLabel : undefined, 2, "linear"), side: 2 }, { ...axisOptions(undefined, 1, scale), side: 3 }],
        series: [
          {},
          ...series.map(({ label, colour: index, dashed, sparse, faint, id }): uPlot.Series => ({
            label,
            stroke: () => seriesColour(index),
            width: faint ? 1 : sparse ? 2.25 : 1.75,
            alpha: faint ? 0.55 : 1,
            spanGaps: sparse ?? false,
            ...(dashed ? { dash: [6, 4] } : {}),
            show: !hidden.has(id),
            points: { size: 5, space: 14, fill: () => seriesColour(index) },
          })),
        ],
        cursor: {
          y: false,
          drag: { x: true, y: false, setScale: false, dist: kDragPx },
          sync: { key: newest.current.group ?? "convergence", scales: ["x", null] },
          bind: {
            dblclick: () => () => {
              newest.current.onZoom(undefined);
              return null;
            },
            mousedown: (_plot, _target, handler) => (event) => {
              pressedAt = event.clientX;
              handler(event);
              return null;
            },
          },
        },
        hooks: {
          draw: [(drawn) => drawMarks(drawn, newest.current.marks)],
          setCursor: [({ cursor: { idx } }) => (hovered.value = idx ?? undefined)],
          setSelect: [
            (selecting) => {
              const { left, width } = selecting.select;
              if (width < kDragPx) return;
              const range: Range = [selecting.posToVal(left, "x"), selecting.posToVal(left + width, "x")];
              selecting.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              newest.current.onZoom(range);
            },
          ],
        },
      },
      [[], ...series.map(() => [])],
      element,
    );
    plotRef.current = plot;

    const line = document.createElement("div");
    line.className = "chart-cursor";
    plot.over.append(line);
    let picking: ReturnType<typeof setTimeout> | undefined;
    const onClick = (event: MouseEvent) => {
      clearTimeout(picking);
      if (event.detail > 1 || Math.abs(event.clientX - pressedAt) >= kDragPx) return;
      const at = plot.posToVal(event.clientX - plot.over.getBoundingClientRect().left, "x");
      // Zoomed in, a click may be the first of the two that zoom out.
      picking = setTimeout(() => newest.current.onPick(at), newest.current.zoom ? kDoubleClickMs : 0);
    };
    plot.over.addEventListener("click", onClick);
    const place = (at: number | undefined) => {
      const left = at === undefined ? -1 : plot.valToPos(at, "x");
      line.hidden = !(left >= 0 && left <= plot.over.clientWidth);
      line.style.transform = `translateX(${left}px)`;
    };
    const unfollow = effect(() => place(cursor.value));
    (plot.hooks.draw ??= []).push(() => place(cursor.peek()));

    const resized = new ResizeObserver(() => {
      const width = Math.max(element.clientWidth, 120);
      if (width !== plot.width) plot.setSize({ width, height: kHeight });
    });
    resized.observe(element);
    return () => {
      resized.disconnect();
      clearTimeout(picking);
      unfollow();
      plot.destroy();
      plotRef.current = undefined;
    };
  }, [shape, xLabel, labelled]);

  useEffect(() => {
    const plot = plotRef.current;
    if (!plot) return;
    plot.batch(() => {
      series.forEach(({ id }, i) => {
        const show = !hidden.has(id);
        if (plot.series[i + 1]?.show !== show) plot.setSeries(i + 1, { show });
      });
      plot.setData([x, ...series.map(({ values }) => values)], true);
    });
  }, [x, series, shape, xLabel, zoom, hidden]);

  const row = hovered.value ?? (cursor.value === undefined ? x.length - 1 : nearestRow(x, cursor.value));
  return (
    <figure class="chart">
      <figcaption class="chart-head">
        <span class="chart-title">{title}</span>
        <span class="quiet chart-where">{row >= 0 && row < x.length ? `${xLabel} ${countText(Number((x[row] as number).toFixed(3)))}` : ""}</span>
        <span class="chart-legend" role="group" aria-label={`Curves of ${title}`}>
          {series.map(({ id, label, colour: index, values, sparse }) => (
            <button
              key={id}
              type="button"
              class="plain chart-key"
              aria-pressed={!hidden.has(id)}
              data-series={id}
              onClick={() => onToggle(id)}
            >
              <i style={{ background: seriesColour(index) }} />
              {label} <b>{hidden.has(id) ? "" : reading(sparse ? lastKnown(values, row) : values[row])}</b>
            </button>
          ))}
        </span>
      </figcaption>
      <div
        class="chart-plot"
        ref={host}
        role="img"
        aria-label={`${title}: ${shown.map((one) => curveText(one, (value) => number(value, 4))).join("; ")}`}
      />
    </figure>
  );
}

/** What stands at `row`, or was known last before it. */
function lastKnown(values: Series["values"], row: number): number | null {
  for (let at = row; at >= 0; --at) {
    const value = values[at];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}

const reading = (value: number | null | undefined): string =>
  value === null || value === undefined ? "–" : number(value, 5);
