// The command that makes the same run in a terminal. No DOM.
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import type { Array as Numbers, Part } from "../../../gen/thalweg/v1/values_pb";
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

function* words(run: Run): Generator<string> {
  const { objective, optimizer } = run;
  if (!objective) return;
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
  for (const { name } of run.variables) {
    const start = run.start?.values[name];
    if (start) yield* ["--start", `${name}=${arrayText(start)}`];
  }
  if (optimizer) {
    yield* ["--optimizer", optimizer.kind];
    for (const name of Object.keys(optimizer.settings).sort()) {
      const setting = optimizer.settings[name];
      if (setting) yield* ["--set", `${name}=${settingText(setting)}`];
    }
  }
  for (const rule of run.stopping) yield* ["--stop", stopText(rule)];
  if (run.seed !== undefined) yield* ["--seed", String(run.seed)];
}

/** "thalweg minimize ..."; undefined where no command line of sensible length says the same. */
export function commandLine(run: Run): string | undefined {
  const cutShort = run.objective?.kind.case === "expression" && run.objective.kind.value.endsWith("...");
  const bounded = run.objective?.constraints.some(({ lower, upper }) => lower !== undefined || upper !== undefined);
  const model = run.objective?.kind.case === "model";
  if (!run.objective || cutShort || bounded || model) return undefined;
  let text = "thalweg";
  for (const word of words(run)) {
    text += ` ${quoted(word)}`;
    if (text.length > kMostCharacters) return undefined;
  }
  return text;
}
