// Playback of a descent: which iteration is shown, and how it moves on with time. No DOM.
import { type ReadonlySignal, computed, signal } from "@preact/signals";
import type { Trace } from "../../trace/trace";

/** How fast: iterations a second; or all rows of the trace, each for the same time, in so many seconds. */
export type Speed = { perSecond: number } | { wholeIn: number };

/** "25/s", "10s": as it stands in links. */
export function speedText(speed: Speed): string {
  return "perSecond" in speed ? `${speed.perSecond}/s` : `${speed.wholeIn}s`;
}

export function parseSpeed(text: string | null): Speed | undefined {
  const match = /^(\d+(?:\.\d+)?)(\/s|s)$/.exec(text ?? "");
  const value = Number(match?.[1]);
  if (!match || !(value > 0)) return undefined;
  return match[2] === "/s" ? { perSecond: value } : { wholeIn: value };
}

export const kSpeeds: Speed[] = [
  { perSecond: 1 },
  { perSecond: 5 },
  { perSecond: 25 },
  { perSecond: 100 },
  { perSecond: 1000 },
  { wholeIn: 5 },
  { wholeIn: 10 },
  { wholeIn: 30 },
];
export const kUsualSpeed: Speed = { wholeIn: 10 };

/** The iteration that is shown. `iteration` is undefined while it follows the newest. */
export class Playback {
  readonly iteration = signal<number | undefined>(undefined);
  readonly playing = signal(false);
  readonly speed = signal<Speed>(kUsualSpeed);
  readonly following: ReadonlySignal<boolean> = computed(() => this.iteration.value === undefined);
  private ahead = 0; // of what is shown: iterations, or rows, less than lead to the next row

  /** `run.trace` may become another one. */
  constructor(private readonly run: { readonly trace: Trace }) {}

  /** The row that is shown; -1: there is none. */
  row(): number {
    const trace = this.run.trace;
    const at = this.iteration.value;
    return at === undefined ? trace.length - 1 : Math.max(trace.rowOf(at), Math.min(0, trace.length - 1));
  }

  /** Shows `iteration`, or the nearest there is; undefined: the newest, also when it changes. */
  seek(iteration: number | undefined): void {
    const trace = this.run.trace;
    if (iteration === undefined || trace.length === 0) this.iteration.value = iteration;
    else this.iteration.value = Math.min(Math.max(Math.round(iteration), trace.first), trace.last);
    this.ahead = 0;
  }

  setSpeed(speed: Speed): void {
    this.speed.value = speed;
    this.ahead = 0;
  }

  /** Shows the row that is `rows` further on; behind the last one it follows the newest. */
  step(rows: number): void {
    this.pause();
    const trace = this.run.trace;
    if (trace.length === 0) return;
    const next = this.row() + rows;
    if (next >= trace.length) this.seek(undefined);
    else this.seek(trace.at("iteration", Math.max(next, 0)));
  }

  first(): void {
    this.pause();
    this.seek(this.run.trace.first);
  }

  newest(): void {
    this.pause();
    this.seek(undefined);
  }

  pause(): void {
    this.playing.value = false;
  }

  /** Plays on from where it is; from the beginning where that is the end. */
  toggle(): void {
    const trace = this.run.trace;
    if (this.playing.value || trace.length < 2) return this.pause();
    const at = this.iteration.value;
    if (at === undefined || at >= trace.last) this.seek(trace.first);
    this.playing.value = true;
  }

  /** Moves on by `seconds`; at the end it follows the newest. */
  advance(seconds: number): void {
    if (!this.playing.value) return;
    const { trace } = this.run;
    const speed = this.speed.value;
    const row = this.row();
    const from = trace.at("iteration", row);
    let next: number;
    if ("perSecond" in speed) {
      this.ahead += seconds * speed.perSecond;
      next = from + this.ahead >= trace.last ? trace.length : trace.rowOf(from + this.ahead);
      if (next < trace.length) this.ahead -= trace.at("iteration", next) - from;
    } else {
      this.ahead += (seconds * Math.max(trace.length - 1, 1)) / speed.wholeIn;
      next = row + Math.floor(this.ahead);
      this.ahead -= next - row;
      if (next >= trace.length - 1) next = trace.length;
    }
    if (next >= trace.length) return this.newest();
    if (next !== row) this.iteration.value = trace.at("iteration", next);
  }
}
