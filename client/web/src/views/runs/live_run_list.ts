// The list of runs kept up to date: watched first, then asked for, so that nothing is missed between.
import { create } from "@bufbuild/protobuf";
import { signal } from "@preact/signals";
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import { RunListWatchSchema, type WatchUpdate } from "../../../gen/thalweg/v1/watch_service_pb";
import { type Problem, problemOf } from "../../wire/problem";
import { optimization } from "../../wire/rpc";
import { watch } from "../../wire/watch";
import type { Filter } from "./filter";
import { RunList } from "./run_list";

const kPageSize = 100;
const kMostPageSize = 1000;
/** More than a page holds: older ones are found with a filter. */
export const kMostLoaded = 5_000;
/** Changes come in bursts. */
const kGatherMs = 100;
const kAskAgainMs = 500;

export class LiveRunList {
  readonly list: RunList;
  /** Grows when the list has changed. */
  readonly version = signal(0);
  readonly asking = signal(false);
  readonly problem = signal<Problem | undefined>(undefined);

  private readonly leaving = new AbortController();
  private readonly end: () => void;
  private touched?: ReturnType<typeof setTimeout>;
  private again?: ReturnType<typeof setTimeout>;

  constructor(private readonly filter: Pick<Filter, "state" | "label">) {
    this.list = new RunList(filter);
    const value = create(RunListWatchSchema, { label: filter.label });
    this.end = watch({ case: "runs", value }, (update) => this.take(update));
    void this.more();
  }

  get full(): boolean {
    return this.list.runs.length >= kMostLoaded;
  }

  /** Asks for the page behind the last one. */
  async more(): Promise<void> {
    if (this.asking.peek() || this.list.complete || this.full) return;
    await this.ask(kPageSize, this.list.nextPageToken, (runs, next) => this.list.append(runs, next));
  }

  /** A run as an action has left it. */
  put(run: Run): void {
    this.list.change(run);
    this.touch();
  }

  delete(name: string): void {
    this.list.delete(name);
    this.touch();
  }

  close(): void {
    this.leaving.abort();
    clearTimeout(this.touched);
    clearTimeout(this.again);
    this.end();
  }

  private take({ update }: WatchUpdate): void {
    if (update.case !== "runs") return;
    const { change } = update.value;
    if (change.case === "run") this.list.change(change.value);
    if (change.case === "deleted") this.list.delete(change.value);
    if (change.case === "missed") this.askAgain();
    this.touch();
  }

  private askAgain(): void {
    clearTimeout(this.again);
    this.again = setTimeout(() => {
      const pageSize = Math.min(kMostPageSize, Math.max(kPageSize, this.list.runs.length));
      void this.ask(pageSize, "", (runs, next) => this.list.refresh(runs, next));
    }, kAskAgainMs);
  }

  private async ask(pageSize: number, pageToken: string, take: (runs: Run[], next: string) => void): Promise<void> {
    const done = this.list.ask();
    this.asking.value = true;
    try {
      const { state, label } = this.filter;
      const request = { pageSize, pageToken, state, label };
      const { runs, nextPageToken } = await optimization.listRuns(request, { signal: this.leaving.signal });
      take(runs, nextPageToken);
      this.problem.value = undefined;
    } catch (error) {
      if (!this.leaving.signal.aborted) this.problem.value = problemOf(error);
    } finally {
      done();
      this.asking.value = false;
      this.touch();
    }
  }

  private touch(): void {
    this.touched ??= setTimeout(() => {
      this.touched = undefined;
      ++this.version.value;
    }, kGatherMs);
  }
}
