// A run as a page sees it: the run, its trace so far, its events; from the server or from a file.
import { signal } from "@preact/signals";
import type { Run, RunEvent } from "../../gen/thalweg/v1/run_pb";
import type { Problem } from "../wire/problem";
import { Trace } from "./trace";

export class RunModel {
  readonly run = signal<Run | undefined>(undefined);
  readonly events = signal<RunEvent[]>([]);
  readonly problem = signal<Problem | undefined>(undefined);
  /** Grows, at most once a frame, when `trace` has changed. */
  readonly version = signal(0);
  trace = new Trace();

  private frame = 0;

  /** Says that the trace has changed. */
  touch(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      ++this.version.value;
    });
  }

  /** Events that are new; a stream that was opened again repeats some. */
  note(events: RunEvent[]): void {
    const known = new Set(this.events.value.map((event) => `${event.iteration} ${event.code} ${event.text}`));
    const fresh = events.filter((event) => !known.has(`${event.iteration} ${event.code} ${event.text}`));
    if (fresh.length > 0) this.events.value = [...this.events.value, ...fresh];
  }
}
