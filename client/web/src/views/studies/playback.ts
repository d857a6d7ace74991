// The time of a race that is seen again: played, halted, moved.
import { signal } from "@preact/signals";
import { shareOfTime, timeOfShare } from "./race";

/** A race takes so long at single speed, however long it took. */
const kLengthMs = 12_000;
export const kSpeeds = [0.25, 0.5, 1, 2, 4] as const;

export class Playback {
  /** undefined: everything that there is, also what is still to come. */
  readonly time = signal<number | undefined>(undefined);
  readonly playing = signal(false);
  readonly speed = signal(1);
  readonly even = signal(true);
  /** When the last one arrives. */
  readonly end = signal(0);

  private frame = 0;
  private before = 0;

  /** From 0 to 1. */
  get share(): number {
    const time = this.time.value;
    return time === undefined ? 1 : shareOfTime(time, this.end.value, this.even.value);
  }

  moveTo(share: number): void {
    const clamped = Math.min(1, Math.max(0, share));
    this.time.value = timeOfShare(clamped, this.end.peek(), this.even.peek());
  }

  /** To the last iterate, and on with what comes. */
  release(): void {
    this.pause();
    this.time.value = undefined;
  }

  play(): void {
    if (this.playing.peek() || this.end.peek() <= 0) return;
    if (this.share >= 1) this.moveTo(0);
    this.playing.value = true;
    this.before = performance.now();
    this.frame = requestAnimationFrame(this.step);
  }

  pause(): void {
    cancelAnimationFrame(this.frame);
    this.playing.value = false;
  }

  toggle(): void {
    if (this.playing.peek()) this.pause();
    else this.play();
  }

  private readonly step = (now: number) => {
    const share = this.share + ((now - this.before) / kLengthMs) * this.speed.peek();
    this.before = now;
    this.moveTo(share);
    if (share >= 1) this.pause();
    else this.frame = requestAnimationFrame(this.step);
  };
}
