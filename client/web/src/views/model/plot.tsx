// The frame of a picture of data: axes, keys, and what is drawn between them.
import type { ComponentChildren } from "preact";
import { useId, useMemo, useRef } from "preact/hooks";
import { Axes, Header, headerHeight, type Key, keyLines, type Plot } from "../../pictures/frame";
import { linearScale, type Scale } from "../../pictures/scale";
import { useWidth } from "../../pictures/use_size";

export type Range = [from: number, to: number];

interface Props {
  title: string;
  /** What is seen, for who does not see. */
  label: string;
  x: Range;
  y: Range;
  xName: string;
  yName: string;
  keys: Key[];
  children: (x: Scale, y: Scale) => ComponentChildren;
}

const kRatio = 0.72;
const kLeastHeight = 280;
const kMostHeight = 480;

export function DataPlot(props: Props) {
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  return (
    <div class="picture data-picture" ref={host}>
      {width > 0 && <Frame {...props} width={width} />}
    </div>
  );
}

function Frame({ title, label, x: [x0, x1], y: [y0, y1], xName, yName, keys, width, children }: Props & { width: number }) {
  const clip = useId();
  const height = Math.round(Math.min(kMostHeight, Math.max(kLeastHeight, kRatio * width)));
  const lines = keyLines(keys, width - 80);
  const plot: Plot = useMemo(
    () => ({ width, height, left: 62, right: width - 14, top: headerHeight(lines), bottom: height - 46 }),
    [width, height, lines],
  );
  const x = useMemo(() => linearScale(x0, x1, plot.left, plot.right), [x0, x1, plot]);
  const y = useMemo(() => linearScale(y0, y1, plot.bottom, plot.top), [y0, y1, plot]);
  return (
    <svg class="plot" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={label} data-testid="data-plot" data-x-from={x0} data-x-to={x1} data-y-from={y0} data-y-to={y1}>
      <defs>
        <clipPath id={clip}>
          <rect x={plot.left} y={plot.top} width={plot.right - plot.left} height={plot.bottom - plot.top} />
        </clipPath>
      </defs>
      <Header title={title} keys={keys} plot={plot} />
      <Axes plot={plot} x={x} y={y} xName={xName} yName={yName} grid />
      <g clip-path={`url(#${clip})`}>{children(x, y)}</g>
    </svg>
  );
}

/** Dots at (xs, ys), all of one colour; where `of` is given, only those of `group`. */
export function Dots(props: {
  xs: ArrayLike<number>;
  ys: ArrayLike<number>;
  x: Scale;
  y: Scale;
  series: number;
  of?: ArrayLike<number>;
  group?: number;
}) {
  const { xs, ys, x, y, series, of, group } = props;
  const path = useMemo(() => {
    let d = "";
    for (let i = 0; i < xs.length; ++i) {
      if (of && of[i] !== group) continue;
      const [across, up] = [xs[i] as number, ys[i] as number];
      if (Number.isFinite(across) && Number.isFinite(up)) d += `M${x.at(across).toFixed(1)} ${y.at(up).toFixed(1)}h0`;
    }
    return d;
  }, [xs, ys, x, y, of, group]);
  return (
    <g class="data-dots">
      <path class="dots-rim" d={path} />
      <path d={path} style={{ stroke: `var(--series-${series % 8})` }} />
    </g>
  );
}

export const dotKey = (series: number, text: string): Key => ({
  mark: <circle r="5" style={{ fill: `var(--series-${series % 8})` }} />,
  text,
});
export const lineKey = (text: string): Key => ({ mark: <path class="fit-line" d="M-5 0H5" />, text });
