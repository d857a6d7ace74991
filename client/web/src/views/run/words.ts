// The words for a run's states, endings and flags. No DOM.
import { Verdict } from "../../../gen/thalweg/v1/certificate_pb";
import { RunState, TerminationReason } from "../../../gen/thalweg/v1/run_pb";
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import { Direction } from "../../../gen/thalweg/v1/objective_pb";
import { sourceText } from "../../wire/model_text";
import { Flag } from "../../trace/trace";

const kStates: Partial<Record<RunState, string>> = {
  [RunState.QUEUED]: "queued",
  [RunState.RUNNING]: "running",
  [RunState.PAUSED]: "paused",
  [RunState.FINISHED]: "finished",
  [RunState.CANCELLED]: "stopped",
  [RunState.FAILED]: "failed",
};
export const stateWord = (state: RunState): string => kStates[state] ?? "unknown";

const kReasons: Partial<Record<TerminationReason, string>> = {
  [TerminationReason.CONVERGED]: "It converged.",
  [TerminationReason.LIMIT]: "Its budget was used up.",
  [TerminationReason.STALLED]: "It made no more progress.",
  [TerminationReason.DIVERGED]: "It diverged.",
  [TerminationReason.NON_FINITE]: "The function was not finite there.",
  [TerminationReason.CANCELLED]: "Someone stopped it.",
  [TerminationReason.FAILED]: "It could not go on.",
};
export const reasonSentence = (reason: TerminationReason): string => kReasons[reason] ?? "It is over.";

/** How an ending is to be taken. */
export function reasonMood(reason: TerminationReason): "good" | "warning" | "danger" {
  if (reason === TerminationReason.CONVERGED) return "good";
  const bad = [TerminationReason.DIVERGED, TerminationReason.NON_FINITE, TerminationReason.FAILED];
  return bad.includes(reason) ? "danger" : "warning";
}

const kVerdicts: Partial<Record<Verdict, string>> = {
  [Verdict.NOT_STATIONARY]: "not stationary",
  [Verdict.STATIONARY]: "stationary",
  [Verdict.LOCAL_MINIMUM]: "local minimum",
  [Verdict.LOCAL_MAXIMUM]: "local maximum",
  [Verdict.SADDLE]: "saddle",
};
export const verdictWord = (verdict: Verdict): string => kVerdicts[verdict] ?? "unknown";

const kFlags: [number, string][] = [
  [Flag.newBest, "new best"],
  [Flag.nonFinite, "not finite"],
  [Flag.clipped, "clipped"],
  [Flag.rejected, "rejected"],
  [Flag.restarted, "restart"],
  [Flag.changed, "changed"],
];
export const flagWords = (flags: number): string[] => kFlags.filter(([bit]) => (flags & bit) !== 0).map(([, word]) => word);

/** Where larger values are better. */
export const isAscent = (run: Run | undefined): boolean => run?.objective?.direction === Direction.MAXIMIZE;

/** "(x-2.5)**2-1", "rosenbrock in 10 coordinates". */
export function objectiveText(run: Run): string {
  const { objective } = run;
  if (!objective) return "";
  const text = sourceText(objective);
  return objective.dimension > 0n ? `${text} in ${objective.dimension} coordinates` : text;
}
