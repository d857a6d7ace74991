// Moving and enlarging a window by wheel, drag, pinch and keys.
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type Box, middle, pan, zoom } from "./box";
import type { Plot } from "./frame";
import type { Scale } from "./scale";

const kWheel = 0.0016; // exponent of the zoom for each unit of the wheel
const kKeyZoom = 1.25;
const kKeyPan = 0.1;

export interface Gestures {
  plot: Plot;
  x: Scale;
  y: Scale;
  box: Box;
  show(box: Box): void;
  fit(): void;
  /** The pointer is here, in pixels of the picture; undefined: it has left. */
  onPoint(at: { x: number; y: number } | undefined): void;
  /** An arrow key moves the point that is read by so much of the plot. */
  onPointBy(dx: number, dy: number): void;
}

const kArrows: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** The handlers are those of the last drawing; `given` undefined: there is nothing to move yet. */
export function useGestures(element: RefObject<SVGSVGElement>, given: Gestures | undefined): void {
  const last = useRef(given);
  last.current = given;
  useEffect(() => {
    const svg = element.current;
    if (!svg) return;
    const fingers = new Map<number, { x: number; y: number }>();

    const at = (event: { clientX: number; clientY: number }) => {
      const frame = svg.getBoundingClientRect();
      return { x: event.clientX - frame.left, y: event.clientY - frame.top };
    };
    const inside = ({ x, y }: { x: number; y: number }) => {
      const plot = last.current?.plot;
      return plot !== undefined && x >= plot.left && x <= plot.right && y >= plot.top && y <= plot.bottom;
    };
    const zoomAt = (factor: number, point: { x: number; y: number }) => {
      const now = last.current;
      if (now) now.show(zoom(now.box, factor, now.x.invert(point.x), now.y.invert(point.y)));
    };

    const onWheel = (event: WheelEvent) => {
      // The wheel scrolls the page until the picture has been clicked or reached by keys.
      if (!inside(at(event)) || !(event.ctrlKey || event.metaKey || svg.contains(document.activeElement))) return;
      event.preventDefault();
      zoomAt(Math.exp(event.deltaY * kWheel * (event.deltaMode === 1 ? 16 : 1)), at(event));
    };
    const onDown = (event: PointerEvent) => {
      if (event.button !== 0 || !inside(at(event)) || (event.target as Element).closest("[data-handle]")) return;
      fingers.set(event.pointerId, at(event));
      svg.setPointerCapture(event.pointerId);
    };
    const onMove = (event: PointerEvent) => {
      const now = last.current;
      const before = fingers.get(event.pointerId);
      const point = at(event);
      if (now) now.onPoint(inside(point) ? point : undefined);
      if (!now || !before) return;
      const others = [...fingers].filter(([id]) => id !== event.pointerId);
      fingers.set(event.pointerId, point);
      const other = others[0]?.[1];
      if (other) {
        const distance = (p: { x: number; y: number }) => Math.hypot(p.x - other.x, p.y - other.y);
        zoomAt(distance(before) / Math.max(1, distance(point)), other);
        return;
      }
      const { plot, box } = now;
      now.show(pan(box, (before.x - point.x) / (plot.right - plot.left), (point.y - before.y) / (plot.bottom - plot.top)));
    };
    const onUp = (event: PointerEvent) => fingers.delete(event.pointerId);
    const onLeave = () => last.current?.onPoint(undefined);
    const onDouble = (event: MouseEvent) => inside(at(event)) && last.current?.fit();
    const onKey = (event: KeyboardEvent) => {
      const now = last.current;
      if (!now || event.target !== svg || event.ctrlKey || event.metaKey || event.altKey) return;
      const arrow = kArrows[event.key];
      const [u, v] = middle(now.box);
      if (arrow && event.shiftKey) now.show(pan(now.box, arrow[0] * kKeyPan, arrow[1] * kKeyPan));
      else if (arrow) now.onPointBy(arrow[0] * 0.02, arrow[1] * 0.02);
      else if (event.key === "+" || event.key === "=") now.show(zoom(now.box, 1 / kKeyZoom, u, v));
      else if (event.key === "-") now.show(zoom(now.box, kKeyZoom, u, v));
      else if (event.key === "0") now.fit();
      else return;
      event.preventDefault();
      event.stopPropagation();
    };

    const listeners: [string, (event: never) => void, AddEventListenerOptions?][] = [
      ["wheel", onWheel, { passive: false }],
      ["pointerdown", onDown],
      ["pointermove", onMove],
      ["pointerup", onUp],
      ["pointercancel", onUp],
      ["pointerleave", onLeave],
      ["dblclick", onDouble],
      ["keydown", onKey],
    ];
    for (const [name, act, options] of listeners) svg.addEventListener(name, act as EventListener, options);
    return () => {
      for (const [name, act, options] of listeners) svg.removeEventListener(name, act as EventListener, options);
    };
  }, [given !== undefined]);
}
