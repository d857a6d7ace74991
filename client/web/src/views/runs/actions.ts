// What is done to runs, one or many at a time.
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import { count } from "../../app/format";
import { notice } from "../../app/notices";
import { problemOf } from "../../wire/problem";
import { optimization } from "../../wire/rpc";
import type { LiveRunList } from "./live_run_list";
import { actionsOf } from "./run_text";

export type Action = "pause" | "resume" | "stop" | "remove";

const kAtOnce = 4;
const kDone: Record<Action, string> = { pause: "paused", resume: "resumed", stop: "stopped", remove: "deleted" };

export const can = (run: Run, action: Action): boolean => actionsOf(run)[action];

async function act(list: LiveRunList, { name }: Run, action: Action): Promise<void> {
  if (action === "remove") {
    await optimization.deleteRun({ name });
    list.delete(name);
    return;
  }
  const { run } =
    action === "pause"
      ? await optimization.pauseRun({ name })
      : action === "resume"
        ? await optimization.resumeRun({ name })
        : await optimization.cancelRun({ name });
  if (run) list.put(run);
}

/** Does `action` to those of `runs` that allow it, a few at a time, and says how it went. */
export async function actOn(list: LiveRunList, runs: Run[], action: Action): Promise<void> {
  const wanted = runs.filter((run) => can(run, action));
  const problems: string[] = [];
  const left = [...wanted];
  const work = async () => {
    for (let run = left.shift(); run; run = left.shift()) {
      try {
        await act(list, run, action);
      } catch (error) {
        problems.push(`${run.name}: ${problemOf(error).text}`);
      }
    }
  };
  await Promise.all(Array.from({ length: kAtOnce }, work));
  const done = wanted.length - problems.length;
  if (wanted.length > 1) notice(`${count(done)} of ${count(wanted.length)} runs ${kDone[action]}.`);
  if (problems.length > 0) {
    const more = problems.length > 1 ? ` (and ${count(problems.length - 1)} more)` : "";
    notice(`${problems[0]}${more}`, "error");
  }
}
