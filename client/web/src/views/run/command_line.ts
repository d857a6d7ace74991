// The command that makes the same run in a terminal. No DOM.
import { FeatureScaling, MissingValues, type Model } from "../../../gen/thalweg/v1/model_pb";
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import type { Array as Numbers, Part } from "../../../gen/thalweg/v1/values_pb";
import { isBatched } from "../../trace/batched";
import { numberText, partText, settingText } from "./setting_text";
import { isAscent } from "./words";

/** A command longer than this is for nobody's eyes. */
const kMostCharacters = 20_000;

/** As one word of a shell. */
export const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** "1", "1,2", "3," or "[[1,2],[3,4]]": an array as --start and --param read it. */
export function arrayText({ shape, values }: Numbers): string {
  const texts = values.map(numberText);
  if (shape.length === 2) {
    const columns = Number(shape[1]);
    const rows = Array.from({ length: Number(shape[0]) }, (_, i) => `[${texts.slice(i * columns, (i + 1) * columns).join(",")}]`);
    return `[${rows.join(",")}]`;
  }
  return texts.join(",") + (shape.length === 1 && texts.length === 1 ? "," : "");
}

/** "gradient_norm=1e-06" where the threshold is all that is said. */
export function stopText(rule: Part): string {
  const names = Object.keys(rule.settings);
  const threshold = rule.settings["threshold"];
  return names.length === 1 && threshold ? `${rule.kind}=${settingText(threshold)}` : partText(rule);
}

const kScalings: Partial<Record<FeatureScaling, string>> = {
  [FeatureScaling.NONE]: "none",
  [FeatureScaling.MIN_MAX]: "min_max",
  [FeatureScaling.ROBUST]: "robust",
};
const kMissing: Partial<Record<MissingValues, string>> = { [MissingValues.DROP]: "drop", [MissingValues.FILL]: "fill" };

function* modelWords(model: Model): Generator<string> {
  const { split } = model;
  yield* ["--dataset", model.dataset];
  if (model.target) yield* ["--target", model.target];
  if (model.features.length > 0) yield* ["--features", model.features.join(",")];
  if (model.weights) yield* ["--weights", model.weights];
  for (const flag of ["model", "loss", "penalty"] as const) {
    const part = model[flag];
    if (part && part.kind !== "none") yield* [`--${flag}`, partText(part)];
  }
  const [scaling, missing] = [kScalings[model.scaling], kMissing[model.missing]];
  if (scaling) yield* ["--scaling", scaling];
  if (missing) yield* ["--missing", missing];
  if (model.sum) yield "--sum";
  if (split?.validation) yield* ["--validation", numberText(split.validation)];
  if (split?.test) yield* ["--test", numberText(split.test)];
  if (split?.folds) yield* ["--folds", String(split.folds), "--fold", String(split.fold)];
  if (split?.seed) yield* ["--split-seed", String(split.seed)];
  if (split?.inOrder) yield "--in-order";
}

function* startWords({ variables, start }: Run): Generator<string> {
  for (const { name } of variables) {
    const values = start?.values[name];
    if (values) yield* ["--start", `${name}=${arrayText(values)}`];
  }
}

function* howWords({ optimizer, stopping, seed }: Run): Generator<string> {
  if (optimizer) {
    yield* ["--optimizer", optimizer.kind];
    for (const name of Object.keys(optimizer.settings).sort()) {
      const setting = optimizer.settings[name];
      if (setting) yield* ["--set", `${name}=${settingText(setting)}`];
    }
  }
  for (const rule of stopping) yield* ["--stop", stopText(rule)];
  if (seed !== undefined) yield* ["--seed", String(seed)];
}

function* words(run: Run): Generator<string> {
  const { objective } = run;
  if (!objective) return;
  if (objective.kind.case === "model") {
    yield "fit";
    yield* modelWords(objective.kind.value);
    if (isBatched(run) && run.batches) yield* ["--batch", partText(run.batches)];
    yield* startWords(run);
    yield* howWords(run);
    return;
  }
  yield isAscent(run) ? "maximize" : "minimize";
  const { kind } = objective;
  if (kind.case === "expression") yield kind.value.startsWith("-") ? ` ${kind.value}` : kind.value;
  if (kind.case === "function") yield* ["--function", kind.value];
  if (objective.dimension > 0n) yield* ["--dimension", String(objective.dimension)];
  const named: [string, Record<string, Numbers>][] = [
    ["--param", objective.parameters],
    ["--lower", objective.lower?.values ?? {}],
    ["--upper", objective.upper?.values ?? {}],
  ];
  for (const [flag, arrays] of named) {
    for (const name of Object.keys(arrays).sort()) yield* [flag, `${name}=${arrayText(arrays[name] as Numbers)}`];
  }
  for (const { expression } of objective.constraints) yield* ["--constraint", expression];
  yield* startWords(run);
  yield* howWords(run);
}

/** Whether `thalweg fit` can say it: it separates features by commas. */
const isForFit = ({ objective }: Run): boolean =>
  objective?.kind.case !== "model" || !objective.kind.value.features.some((name) => name.includes(","));

/** "thalweg minimize ..."; undefined where no command line of sensible length says the same. */
export function commandLine(run: Run): string | undefined {
  const cutShort = run.objective?.kind.case === "expression" && run.objective.kind.value.endsWith("...");
  const bounded = run.objective?.constraints.some(({ lower, upper }) => lower !== undefined || upper !== undefined);
  if (!run.objective || cutShort || bounded || !isForFit(run)) return undefined;
  let text = "thalweg";
  for (const word of words(run)) {
    text += ` ${quoted(word)}`;
    if (text.length > kMostCharacters) return undefined;
  }
  return text;
}
