// What a row of the list says about a run, in few words.
import { type Run, RunState, TerminationReason } from "../../../gen/thalweg/v1/run_pb";
import { Direction } from "../../../gen/thalweg/v1/objective_pb";
import { sourceText } from "../../wire/model_text";

const kMostTitle = 80;

/** The states a run can be in, in the order of its life. */
export const kStates = [
  RunState.QUEUED,
  RunState.RUNNING,
  RunState.PAUSED,
  RunState.FINISHED,
  RunState.CANCELLED,
  RunState.FAILED,
] as const;

/** "running". */
export const stateWord = (state: RunState): string => RunState[state].toLowerCase();

/** A sign beside the word, so that neither colour nor reading alone must tell. */
export function stateSign(state: RunState): string {
  switch (state) {
    case RunState.QUEUED:
      return "○";
    case RunState.RUNNING:
      return "▶";
    case RunState.PAUSED:
      return "❚❚";
    case RunState.FINISHED:
      return "✓";
    case RunState.CANCELLED:
      return "■";
    case RunState.FAILED:
      return "✕";
    default:
      return "?";
  }
}

/** "converged", "diverged": why it is over; empty while it is not. */
export function endWord(run: Run): string {
  const reason = run.termination?.reason ?? TerminationReason.UNSPECIFIED;
  if (reason === TerminationReason.UNSPECIFIED) return "";
  return TerminationReason[reason].toLowerCase().replace("_", "-");
}

/** Whether the end is one that somebody hoped for. */
export function endMood(run: Run): "good" | "neutral" | "bad" {
  switch (run.termination?.reason) {
    case TerminationReason.CONVERGED:
      return "good";
    case TerminationReason.DIVERGED:
    case TerminationReason.NON_FINITE:
    case TerminationReason.FAILED:
      return "bad";
    default:
      return "neutral";
  }
}

/** What is minimised: the formula on one line, or the test function's name with its dimension. */
export function objectiveText(run: Run, most = kMostTitle): string {
  const { objective } = run;
  if (!objective) return "";
  const what =
    objective.kind.case === "function"
      ? `${objective.kind.value}${objective.dimension > 0n ? ` (n = ${objective.dimension})` : ""}`
      : sourceText(objective).replace(/\s+/g, " ").trim();
  const short = what.length > most ? `${what.slice(0, most - 1)}…` : what;
  return objective.direction === Direction.MAXIMIZE ? `max ${short}` : short;
}

/** What a run is called: its display name, or what it minimises. */
export const runTitle = (run: Run): string => run.displayName || objectiveText(run) || run.name;

/** "ab12" of "runs/ab12". */
export const idOf = (name: string): string => name.slice(name.indexOf("/") + 1);

/** What can be done with a run as it is. */
export function actionsOf(run: Run): { pause: boolean; resume: boolean; stop: boolean; remove: boolean } {
  const going = run.state === RunState.QUEUED || run.state === RunState.RUNNING;
  const paused = run.state === RunState.PAUSED;
  return { pause: going, resume: paused, stop: going || paused, remove: !going && !paused };
}
