// A start that is moved by pointer, finger or arrow keys.
import { useRef } from "preact/hooks";
import { number } from "../app/format";
import { flatten, type Shaped, toPoint } from "../trace/layout";
import type { Point } from "../../gen/thalweg/v1/values_pb";
import { type Landscape, valueAt } from "./landscape";
import { movedTo, projector } from "./projection";
import type { Scale } from "./scale";

const kKeyStep = 0.02; // of the window
const kArrows: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

export interface StartHandleProps {
  start: Point;
  onStart: (start: Point) => void;
  variables: Shaped[];
  landscape: Landscape;
  x: Scale;
  y: Scale;
  curve: boolean;
}

const clamp = (value: number, { from, to }: Scale): number => Math.min(to, Math.max(from, value));

export function StartHandle({ start, onStart, variables, landscape, x, y, curve }: StartHandleProps) {
  const held = useRef(false);
  const point = flatten(variables, start);
  if (!point.every(Number.isFinite)) return null;
  const [u, v] = projector(landscape)(point);
  const value = valueAt(landscape, u, v);
  const height = curve ? value : v;
  const text = curve
    ? `${landscape.uName} = ${number(u, 4)}`
    : `${landscape.uName} = ${number(u, 4)}, ${landscape.vName} = ${number(v, 4)}`;
  // Not finer than a screen shows, so that a formula or a command line stays readable.
  const snap = (at: number, { from, to }: Scale) => {
    const unit = 10 ** Math.floor(Math.log10((to - from) / 500));
    return Number((Math.round(at / unit) * unit).toFixed(Math.max(0, Math.min(100, -Math.log10(unit)))));
  };
  const move = (toU: number, toV: number) => {
    const snapped = curve ? v : snap(clamp(toV, y), y);
    const moved = movedTo(landscape, point, snap(clamp(toU, x), x), snapped);
    onStart(toPoint(variables, moved.map((each) => Number(each.toPrecision(12)))));
  };
  const onMove = (event: PointerEvent) => {
    const svg = (event.currentTarget as SVGElement).ownerSVGElement;
    if (!held.current || !svg) return;
    const frame = svg.getBoundingClientRect();
    move(x.invert(event.clientX - frame.left), y.invert(event.clientY - frame.top));
  };
  const release = () => (held.current = false);
  return (
    <g
      class="start-handle"
      data-handle
      role="slider"
      tabindex={0} // in lower case: an attribute of SVG
      aria-label="Start: drag it, or move it with the arrow keys"
      aria-valuemin={x.from}
      aria-valuemax={x.to}
      aria-valuenow={u}
      aria-valuetext={text}
      data-testid="start-handle"
      transform={`translate(${x.at(u).toFixed(1)} ${(Number.isFinite(height) ? y.at(height) : y.at(y.from)).toFixed(1)})`}
      onPointerDown={(event) => {
        held.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
        event.stopPropagation();
      }}
      onPointerMove={onMove}
      onPointerUp={release}
      onPointerCancel={release}
      onKeyDown={(event) => {
        const arrow = kArrows[event.key];
        if (!arrow || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        event.stopPropagation();
        const step = kKeyStep * (event.shiftKey ? 5 : 1);
        move(u + arrow[0] * step * (x.to - x.from), v + arrow[1] * step * (y.to - y.from));
      }}
    >
      <circle class="reach" r={22} />
      <circle class="ring" r={10} />
      <circle class="ball" r={6} />
      <title>{`Start: ${text}`}</title>
    </g>
  );
}
