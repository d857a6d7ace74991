// Which run the gallery shows on top: the newest that is running; else the newest that is over.
import { create } from "@bufbuild/protobuf";
import { useEffect, useState } from "preact/hooks";
import { type Run, RunState } from "../../../gen/thalweg/v1/run_pb";
import { RunListWatchSchema, type RunListChange } from "../../../gen/thalweg/v1/watch_service_pb";
import { isOver } from "../../trace/run_model";
import { type Problem, problemOf } from "../../wire/problem";
import { optimization } from "../../wire/rpc";
import { watch } from "../../wire/watch";

export interface Shown {
  name: string;
  /** It was running when it came to be shown: its end is seen, not replayed. */
  live: boolean;
  /** Still running. */
  going: boolean;
}

/** undefined: not known yet; "none": there is no run worth showing. */
export type Showcase = Shown | "none" | undefined;

const kLookedAt = 20; // newest runs among which one worth a replay is looked for
const kLeastIterations = 3n;

const isWorthShowing = (run: Run): boolean =>
  isOver(run) && run.iteration >= kLeastIterations && run.variables.length > 0 && run.tracedCoordinates !== 0n;

/** What is shown after a change of the list of runs: who is running stays until it is over. */
export function after(shown: Showcase, change: RunListChange["change"]): Showcase | "look again" {
  const current = typeof shown === "object" ? shown : undefined;
  if (change.case === "missed") return "look again";
  if (change.case === "deleted") return change.value === current?.name ? "look again" : shown;
  if (change.case !== "run") return shown;
  const run = change.value;
  if (run.name === current?.name) return { ...current, going: !isOver(run) };
  const fresh = run.state === RunState.RUNNING && run.tracedCoordinates !== 0n;
  return fresh && !current?.going ? { name: run.name, live: true, going: true } : shown;
}

async function look(signal: AbortSignal): Promise<Showcase> {
  const running = await optimization.listRuns({ state: RunState.RUNNING, pageSize: 1 }, { signal });
  const [newest] = running.runs;
  if (newest) return { name: newest.name, live: true, going: true };
  const { runs } = await optimization.listRuns({ pageSize: kLookedAt }, { signal });
  const past = runs.find(isWorthShowing);
  return past ? { name: past.name, live: false, going: false } : "none";
}

export function useShowcase(): { shown: Showcase; problem?: Problem } {
  const [shown, setShown] = useState<Showcase>(undefined);
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    const leaving = new AbortController();
    let now: Showcase;
    const show = (next: Showcase) => {
      if (next === now) return;
      now = next;
      setShown(next);
      setProblem(undefined);
    };
    const begin = () =>
      look(leaving.signal).then(show, (error: unknown) => {
        if (!leaving.signal.aborted) setProblem(problemOf(error));
      });
    void begin();
    const end = watch({ case: "runs", value: create(RunListWatchSchema) }, ({ update }) => {
      if (update.case !== "runs") return;
      const next = after(now, update.value.change);
      if (next === "look again") void begin();
      else show(next);
    });
    return () => {
      leaving.abort();
      end();
    };
  }, []);
  return { shown, ...(problem ? { problem } : {}) };
}
