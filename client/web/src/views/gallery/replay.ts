// Playing a descent that is over again and again: which iterate is shown when.
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { RunModel } from "../../trace/run_model";

const kRowMs = 140;
const kLeastMs = 3_000;
const kMostMs = 9_000;
const kRestMs = 2_500;

/** The row of the trace that is shown `ms` after the beginning: all of them once, a rest, and again. */
export function rowAt(ms: number, rows: number): number {
  const length = Math.min(kMostMs, Math.max(kLeastMs, rows * kRowMs));
  const into = ms % (length + kRestMs);
  return Math.min(rows - 1, Math.floor((into / length) * rows));
}

export interface Replay {
  cursor: Signal<number | undefined>;
  playing: boolean;
  setPlaying: (playing: boolean) => void;
}

/** Stands still where people asked for less motion, until they start it. */
export function useReplay(model: RunModel, wanted: boolean): Replay {
  const cursor = useSignal<number | undefined>(undefined);
  const [playing, setPlaying] = useState(() => !matchMedia("(prefers-reduced-motion: reduce)").matches);
  useEffect(() => {
    if (!wanted || !playing) {
      cursor.value = undefined;
      return;
    }
    let frame = 0;
    const begun = performance.now();
    const draw = (now: number) => {
      const { trace } = model;
      if (trace.length > 0) cursor.value = trace.at("iteration", rowAt(Math.max(0, now - begun), trace.length));
      frame = requestAnimationFrame(draw);
    };
    frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }, [model, wanted, playing]);
  return { cursor, playing, setPlaying };
}
