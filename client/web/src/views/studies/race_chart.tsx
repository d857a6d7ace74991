// Curves of a race over one time axis, on canvas.
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { number } from "../../app/format";
import { colour, colours, series as seriesColour } from "../../app/theme";
import { type Range, type Scale, ticks } from "../../charts/axis";

export interface RaceCurve {
  values: (number | null)[];
  /** 0 to 15; undefined: grey, behind the others. */
  series: number | undefined;
}

interface Props {
  label: string;
  xLabel: string;
  x: Float64Array;
  curves: RaceCurve[];
  xScale: Scale;
  yScale: Scale;
  /** What the y axis shows. */
  range: Range;
}

const kLeastWidth = 160;
const kLeastHeight = 260;
const kMostHeight = 400;

function axis(side: 2 | 3, scale: Scale, label?: string): uPlot.Axis {
  const across = side === 2;
  const wanted = ({ width, height }: uPlot) => Math.max(2, Math.floor(across ? width / 110 : height / 40));
  return {
    side,
    ...(label ? { label, labelSize: 22, labelFont: "12px system-ui" } : {}),
    stroke: () => colour("quiet"),
    font: "12px system-ui",
    size: across ? 34 : 66,
    grid: { stroke: () => colour("grid"), width: 1 },
    ticks: { show: false },
    splits: (plot, _axis, from, to) => ticks(scale, [from, to], wanted(plot)),
    filter: (_plot, splits) => splits,
    values: (_plot, splits) => splits.map((value) => number(value, 4)),
  };
}

function strokeOf(index: number | undefined): uPlot.Series {
  if (index === undefined) return { stroke: () => colour("line"), width: 1 };
  return { stroke: () => seriesColour(index), width: 2, ...(index >= 8 ? { dash: [7, 4] } : {}) };
}

export function RaceChart({ label, xLabel, x, curves, xScale, yScale, range }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const plotRef = useRef<uPlot>();
  const newest = useRef(range);
  newest.current = range;
  const shape = `${xScale} ${yScale} ${colours.value} ${xLabel} ${curves.map(({ series }) => series ?? "-").join()}`;

  useLayoutEffect(() => {
    const element = host.current as HTMLDivElement;
    const size = () => {
      const width = Math.max(element.clientWidth, kLeastWidth);
      return { width, height: Math.round(Math.min(kMostHeight, Math.max(kLeastHeight, 0.64 * width))) };
    };
    const plot = new uPlot(
      {
        ...size(),
        legend: { show: false },
        padding: [10, 14, 0, 0],
        cursor: { y: false, drag: { x: true, y: false } },
        scales: {
          x: { time: false, distr: xScale === "log" ? 3 : 1 },
          y: { distr: yScale === "log" ? 3 : 1, range: () => newest.current },
        },
        axes: [axis(2, xScale, xLabel), axis(3, yScale)],
        series: [{}, ...curves.map(({ series }) => ({ ...strokeOf(series), points: { show: false } }))],
      },
      [[], ...curves.map(() => [])],
      element,
    );
    plotRef.current = plot;
    const resized = new ResizeObserver(() => {
      if (size().width !== plot.width) plot.setSize(size());
    });
    resized.observe(element);
    return () => {
      resized.disconnect();
      plot.destroy();
      plotRef.current = undefined;
    };
  }, [shape]);

  useEffect(() => {
    plotRef.current?.setData([x, ...curves.map(({ values }) => values)]);
  }, [x, curves, shape, range]);

  return <div class="race-chart" ref={host} role="img" aria-label={label} />;
}
