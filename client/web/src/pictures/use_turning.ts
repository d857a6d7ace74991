// Turning a surface by pointer, fingers, wheel and keys.
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Eye } from "./surface_scene";

export const kFirstEye: Eye = { azimuth: -0.42, polar: 0.86, distance: 3.7 };

const kTurn = 0.008; // radians a pixel
const kKeyTurn = 0.12;
const kWheel = 0.0012;
const kPolar: [number, number] = [0.02, 1.52]; // never from below
const kDistance: [number, number] = [1.2, 9];

const clamp = (value: number, [from, to]: [number, number]): number => Math.min(to, Math.max(from, value));

export const turned = (eye: Eye, azimuth: number, polar: number, factor = 1): Eye => ({
  azimuth: eye.azimuth + azimuth,
  polar: clamp(eye.polar + polar, kPolar),
  distance: clamp(eye.distance * factor, kDistance),
});

const kKeys: Record<string, (eye: Eye) => Eye> = {
  ArrowLeft: (eye) => turned(eye, -kKeyTurn, 0),
  ArrowRight: (eye) => turned(eye, kKeyTurn, 0),
  ArrowUp: (eye) => turned(eye, 0, -kKeyTurn),
  ArrowDown: (eye) => turned(eye, 0, kKeyTurn),
  "+": (eye) => turned(eye, 0, 0, 1 / 1.15),
  "=": (eye) => turned(eye, 0, 0, 1 / 1.15),
  "-": (eye) => turned(eye, 0, 0, 1.15),
  "0": () => kFirstEye,
};

export function useTurning(element: RefObject<SVGSVGElement>, eye: Eye, look: (eye: Eye) => void): void {
  const now = useRef(eye);
  now.current = eye;
  useEffect(() => {
    const svg = element.current;
    if (!svg) return;
    const fingers = new Map<number, { x: number; y: number }>();
    const change = (next: Eye) => {
      now.current = next; // several moves may come before it is drawn
      look(next);
    };
    const onDown = (event: PointerEvent) => {
      if (event.button !== 0) return;
      fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      svg.setPointerCapture(event.pointerId);
    };
    const onMove = (event: PointerEvent) => {
      const before = fingers.get(event.pointerId);
      if (!before) return;
      const point = { x: event.clientX, y: event.clientY };
      fingers.set(event.pointerId, point);
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      if (other) {
        const distance = (p: { x: number; y: number }) => Math.hypot(p.x - other.x, p.y - other.y);
        change(turned(now.current, 0, 0, distance(before) / Math.max(1, distance(point))));
      } else {
        change(turned(now.current, (before.x - point.x) * kTurn, (before.y - point.y) * kTurn));
      }
    };
    const onUp = (event: PointerEvent) => fingers.delete(event.pointerId);
    const onWheel = (event: WheelEvent) => {
      if (!(event.ctrlKey || event.metaKey || svg.contains(document.activeElement))) return;
      event.preventDefault();
      change(turned(now.current, 0, 0, Math.exp(event.deltaY * kWheel * (event.deltaMode === 1 ? 16 : 1))));
    };
    const onKey = (event: KeyboardEvent) => {
      const act = kKeys[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      change(act(now.current));
    };
    const listeners: [string, (event: never) => void, AddEventListenerOptions?][] = [
      ["pointerdown", onDown],
      ["pointermove", onMove],
      ["pointerup", onUp],
      ["pointercancel", onUp],
      ["wheel", onWheel, { passive: false }],
      ["keydown", onKey],
    ];
    for (const [name, act, options] of listeners) svg.addEventListener(name, act as EventListener, options);
    return () => {
      for (const [name, act, options] of listeners) svg.removeEventListener(name, act as EventListener, options);
    };
  }, []);
}
