// The runs that a finding suggests: the same with what would fix it. No DOM.
import { clone, create } from "@bufbuild/protobuf";
import { type CreateRunRequest, CreateRunRequestSchema, type ForkRunRequest, ForkRunRequestSchema } from "../../../gen/thalweg/v1/optimization_service_pb";
import { type Finding, type Run, RunSchema, TerminationReason } from "../../../gen/thalweg/v1/run_pb";
import { type Part, PartSchema, PointSchema } from "../../../gen/thalweg/v1/values_pb";
import { partText, settingText } from "./setting_text";
import { arrayText, stopText } from "./command_line";

/** What steps, and when it stops, at the end of `run`: after all changes. */
export function inForce(run: Run): { optimizer: Part; stopping: Part[]; seed: bigint | undefined } {
  const last = run.changes.at(-1);
  const optimizer = last?.optimizer ?? run.optimizer ?? create(PartSchema, { kind: "gradient_descent" });
  return { optimizer, stopping: last ? last.stopping : run.stopping, seed: last?.seed ?? run.seed };
}

/** `rules` with each of `changes` in the place of the settings of its kind. */
export function withRules(rules: Part[], changes: Part[]): Part[] {
  const next = rules.map((rule) => {
    const change = changes.find(({ kind }) => kind === rule.kind);
    return change ? create(PartSchema, { kind: rule.kind, settings: { ...rule.settings, ...change.settings } }) : rule;
  });
  return [...next, ...changes.filter(({ kind }) => !rules.some((rule) => rule.kind === kind))];
}

export const suggests = (finding: Finding): boolean =>
  Object.keys(finding.suggestedSettings).length > 0 ||
  finding.suggestedOptimizer !== undefined ||
  finding.suggestedStopping.length > 0 ||
  finding.suggestedStart !== undefined;

/** "learning_rate=0.1", "adam(…)", "iterations=20000": what would be different. */
export function suggestionText(finding: Finding): string {
  const texts: string[] = [];
  if (finding.suggestedOptimizer) texts.push(partText(finding.suggestedOptimizer));
  for (const [name, setting] of Object.entries(finding.suggestedSettings)) texts.push(`${name}=${settingText(setting)}`);
  for (const rule of finding.suggestedStopping) texts.push(stopText(rule));
  for (const [name, array] of Object.entries(finding.suggestedStart?.values ?? {})) texts.push(`${name}=${arrayText(array)}`);
  return texts.join(", ");
}

function optimizerOf(finding: Finding, now: Part): Part {
  const base = finding.suggestedOptimizer ?? now;
  return create(PartSchema, { kind: base.kind, settings: { ...base.settings, ...finding.suggestedSettings } });
}

/** The same objective from the same start, other things equal. */
export function afresh(run: Run, finding: Finding): CreateRunRequest {
  const { optimizer, stopping, seed } = inForce(run);
  const { objective, start, tracedCoordinates, labels, displayName, pace } = clone(RunSchema, run);
  const values = { ...start?.values, ...finding.suggestedStart?.values };
  const next = create(RunSchema, {
    displayName,
    labels,
    optimizer: optimizerOf(finding, optimizer),
    stopping: withRules(stopping, finding.suggestedStopping),
    pace,
  });
  if (objective) next.objective = objective;
  if (Object.keys(values).length > 0) next.start = create(PointSchema, { values });
  if (seed !== undefined) next.seed = seed;
  if (tracedCoordinates !== undefined) next.tracedCoordinates = tracedCoordinates;
  return create(CreateRunRequestSchema, { run: next });
}

/** Whether the end of `run` is a place to go on from with what `finding` suggests. */
export function canContinue(run: Run, finding: Finding): boolean {
  const lost = [TerminationReason.DIVERGED, TerminationReason.NON_FINITE].includes(run.termination?.reason ?? 0);
  return !lost && run.iteration >= 0n && finding.suggestedStart === undefined;
}

/** On from the last iterate. */
export function onward(run: Run, finding: Finding): ForkRunRequest {
  const request = create(ForkRunRequestSchema, { name: run.name, stopping: finding.suggestedStopping });
  if (finding.suggestedOptimizer) request.optimizer = optimizerOf(finding, finding.suggestedOptimizer);
  else if (Object.keys(finding.suggestedSettings).length > 0) {
    request.optimizer = create(PartSchema, { settings: finding.suggestedSettings });
  }
  return request;
}

/** Whether only the budget is at fault: then going on saves what was done. */
export const onlyStopping = (finding: Finding): boolean =>
  finding.suggestedStopping.length > 0 &&
  !finding.suggestedOptimizer &&
  !finding.suggestedStart &&
  Object.keys(finding.suggestedSettings).length === 0;
