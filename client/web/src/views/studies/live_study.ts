// A study as a page sees it: the study, and a bounded number of its runs with their traces, kept up to date.
import { create } from "@bufbuild/protobuf";
import { signal } from "@preact/signals";
import { WatchMode } from "../../../gen/thalweg/v1/optimization_service_pb";
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import { type Study, StudyState } from "../../../gen/thalweg/v1/study_pb";
import { type StudyRunUpdate, WatchStudyRequestSchema } from "../../../gen/thalweg/v1/study_service_pb";
import type { WatchUpdate } from "../../../gen/thalweg/v1/watch_service_pb";
import { history, RunModel } from "../../trace/run_model";
import { isOver } from "../../trace/run_state";
import { Trace } from "../../trace/trace";
import { type Problem, problemOf } from "../../wire/problem";
import { optimization, studies } from "../../wire/rpc";
import { watch } from "../../wire/watch";
import { idOf } from "../runs/run_text";
import { fairRuns, type Lane, type Racer } from "./lanes";

/** More runs than that are not drawn. */
export const kMostRuns = 64;
const kUpdatesPerSecond = 20;
/** Points of all traces together that are asked for, and of one. */
const kPoints = 40_000;
const kFewestPoints = 400;
const kMostPoints = 2_000;
const kAtOnce = 4;

export const isStudyOver = ({ state }: Pick<Study, "state">): boolean => state > StudyState.RUNNING;

export class LiveStudy {
  readonly study = signal<Study | undefined>(undefined);
  readonly lanes = signal<Lane[]>([]);
  readonly problem = signal<Problem | undefined>(undefined);

  private readonly racers = new Map<string, Racer>();
  private readonly leaving = new AbortController();
  /** Runs of which iterates were passed over to keep up. */
  private readonly gaps = new Set<string>();
  private readonly filling: string[] = [];
  private fillers = 0;
  private end: (() => void) | undefined;

  constructor(readonly name: string) {
    this.begin().catch((error: unknown) => this.fail(error));
  }

  close(): void {
    this.leaving.abort();
    this.end?.();
  }

  /** A study as an action has left it. */
  take(study: Study): void {
    this.study.value = study;
    this.line(study);
  }

  private fail(error: unknown): void {
    if (!this.leaving.signal.aborted) this.problem.value = problemOf(error);
  }

  private async begin(): Promise<void> {
    const { signal: leaving } = this.leaving;
    const { study } = await studies.getStudy({ name: this.name }, { signal: leaving });
    if (!study) return;
    this.take(study);
    await this.lookUpRuns();
    const begun = [...this.racers.values()].filter(({ model }) => (model.run.value?.iteration ?? -1n) >= 0n);
    await Promise.all(begun.map(({ name }) => this.fill(name)));
    if (leaving.aborted || isStudyOver(study)) return;
    const fromIterations = Object.fromEntries(
      [...this.racers.values()].map(({ name, model }) => [name, BigInt(model.trace.last + 1)]),
    );
    const value = create(WatchStudyRequestSchema, {
      name: this.name,
      fromIterations,
      mode: WatchMode.LIVE,
      maxUpdatesPerSecond: kUpdatesPerSecond,
    });
    this.end = watch({ case: "study", value }, (update) => this.onUpdate(update));
  }

  /** The runs that are drawn, as they are now. */
  private async lookUpRuns(): Promise<void> {
    let pageToken = "";
    do {
      const request = { pageSize: 1000, pageToken, label: `study=${idOf(this.name)}` };
      const page = await optimization.listRuns(request, { signal: this.leaving.signal });
      for (const run of page.runs) this.put(run);
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
  }

  private put(run: Run): void {
    const racer = this.racers.get(run.name);
    if (racer) racer.model.run.value = run;
  }

  private onUpdate({ update }: WatchUpdate): void {
    if (update.case === "end" && update.value.code !== 0) {
      this.fail(new Error(update.value.message));
    }
    if (update.case !== "study") return;
    const { update: news } = update.value;
    if (news.case === "study") this.take(news.value);
    if (news.case === "run") this.onRunUpdate(news.value);
  }

  private onRunUpdate({ run: name, update }: StudyRunUpdate): void {
    const model = this.racers.get(name)?.model;
    if (!model || !update) return;
    const { update: news, last } = update;
    if (news.case === "run") model.run.value = news.value;
    if (news.case === "gap") this.gaps.add(name);
    if (news.case === "iterates") {
      model.trace.append(news.value);
      model.touch();
    }
    // What was passed over on the way is filled in.
    if ((last || (news.case === "run" && isOver(news.value))) && this.gaps.delete(name)) void this.fill(name);
  }

  /** Asks for the past of a run, a few at a time. */
  private async fill(name: string): Promise<void> {
    if (this.filling.includes(name)) return;
    this.filling.push(name);
    if (this.fillers >= kAtOnce) return;
    ++this.fillers;
    try {
      for (let next = this.filling.shift(); next; next = this.filling.shift()) await this.fillOne(next);
    } catch (error) {
      this.fail(error);
    } finally {
      --this.fillers;
    }
  }

  private async fillOne(name: string): Promise<void> {
    const model = this.racers.get(name)?.model;
    if (!model) return;
    const past = await history(name, { maxPoints: this.pointsEach }, this.leaving.signal);
    if (past.last < model.trace.last) return; // what came meanwhile is further on
    model.trace = past;
    model.touch();
  }

  private get pointsEach(): number {
    return Math.max(kFewestPoints, Math.min(kMostPoints, Math.floor(kPoints / Math.max(1, this.racers.size))));
  }

  /** Draws up the lanes: runs keep their models, new ones are given theirs. */
  private line(study: Study): void {
    const chosen = fairRuns(study.arms, kMostRuns);
    const names = new Set(chosen.map(({ run }) => run));
    for (const name of this.racers.keys()) if (!names.has(name)) this.racers.delete(name);
    for (const { run } of chosen) {
      if (this.racers.has(run)) continue;
      const model = new RunModel();
      model.trace = new Trace(4 * kMostPoints);
      this.racers.set(run, { name: run, model });
    }
    const lanes = study.arms.map(({ title, givenUpAfterRung }, arm): Lane => {
      const racers = chosen.filter((each) => each.arm === arm).map(({ run }) => this.racers.get(run) as Racer);
      const note = givenUpAfterRung === undefined ? undefined : `given up after rung ${Number(givenUpAfterRung) + 1}`;
      return { title, racers, ...(note ? { note } : {}) };
    });
    if (!sameLanes(lanes, this.lanes.peek())) this.lanes.value = lanes;
  }
}

const sameLanes = (a: Lane[], b: Lane[]): boolean =>
  a.length === b.length &&
  a.every(({ title, note, racers }, i) => {
    const other = b[i] as Lane;
    return title === other.title && note === other.note && racers.length === other.racers.length;
  });
