// The list of runs as far as it is known: pages of ListRuns merged with what a watch tells meanwhile.
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import { isOver } from "../../trace/run_state";
import { type Filter, hasLabel, isInState } from "./filter";

type Served = Pick<Filter, "state" | "label">;

const createdAt = (run: Run): number =>
  run.createTime ? Number(run.createTime.seconds) * 1e3 + run.createTime.nanos / 1e6 : 0;

/** Of two views of one run the one that is further on; `b` where neither is. */
export function laterOf(a: Run, b: Run): Run {
  if (isOver(a) !== isOver(b)) return isOver(a) ? a : b;
  return a.iteration > b.iteration ? a : b;
}

/** Runs newest first, each once. */
export class RunList {
  private readonly known = new Map<string, Run>();
  private ordered: Run[] | undefined = [];
  /** Deleted while a page was asked for, which may still have them. */
  private readonly deleted = new Set<string>();
  private asking = 0;
  /** Of the page behind the last one; empty: there is none. */
  nextPageToken = "";
  /** Whether the first page has come. */
  begun = false;

  constructor(private readonly filter: Served) {}

  get runs(): readonly Run[] {
    this.ordered ??= [...this.known.values()].sort((a, b) => createdAt(b) - createdAt(a));
    return this.ordered;
  }
  get complete(): boolean {
    return this.begun && this.nextPageToken === "";
  }
  has(name: string): boolean {
    return this.known.has(name);
  }

  /** To be called before a page is asked for; what is returned, when it has come or failed. */
  ask(): () => void {
    ++this.asking;
    return () => {
      if (--this.asking === 0) this.deleted.clear();
    };
  }

  /** The page behind the last one. */
  append(runs: Run[], nextPageToken: string): void {
    for (const run of runs) this.put(run);
    this.nextPageToken = nextPageToken;
    this.begun = true;
  }

  /** The newest runs, asked for again: those that are in their span no more are gone. */
  refresh(runs: Run[], nextPageToken: string): void {
    const listed = new Set(runs.map((run) => run.name));
    const oldest = nextPageToken === "" ? -Infinity : Math.min(...runs.map(createdAt));
    const older = [...this.known.values()].some((run) => createdAt(run) < oldest);
    for (const run of this.known.values()) {
      if (!listed.has(run.name) && createdAt(run) > oldest) this.remove(run.name);
    }
    for (const run of runs) this.put(run);
    if (!older) this.nextPageToken = nextPageToken;
    this.begun = true;
  }

  /** A run that was made, or has another state. */
  change(told: Run): void {
    const known = this.known.get(told.name);
    const run = known ? laterOf(known, told) : told;
    if (!isInState(run, this.filter.state) || !hasLabel(run, this.filter.label)) this.remove(run.name);
    else if (known || this.reaches(run)) this.put(run);
  }

  remove(name: string): void {
    if (this.known.delete(name)) this.ordered = undefined;
  }

  delete(name: string): void {
    this.remove(name);
    if (this.asking > 0) this.deleted.add(name);
  }

  /** Whether `run` lies in the span that is loaded: older ones come with their page. */
  private reaches(run: Run): boolean {
    if (!this.begun || this.complete) return true;
    const last = this.runs[this.runs.length - 1];
    return last === undefined || createdAt(run) >= createdAt(last);
  }

  private put(run: Run): void {
    if (this.deleted.has(run.name)) return;
    const known = this.known.get(run.name);
    this.known.set(run.name, known ? laterOf(known, run) : run);
    this.ordered = undefined;
  }
}
