// Which runs are wanted: by state and label, which the server knows, and by text, in what is loaded.
import { type Run, RunState } from "../../../gen/thalweg/v1/run_pb";
import { partText } from "../../wire/parts";
import { endWord, kStates, stateWord } from "./run_text";

export interface Filter {
  /** UNSPECIFIED: any. */
  state: RunState;
  /** "key=value"; empty: any. */
  label: string;
  text: string;
}

export function filterOf(query: URLSearchParams): Filter {
  const word = query.get("state") ?? "";
  return {
    state: kStates.find((state) => stateWord(state) === word) ?? RunState.UNSPECIFIED,
    label: query.get("label") ?? "",
    text: query.get("text") ?? "",
  };
}

export function queryOf({ state, label, text }: Filter): Record<string, string | undefined> {
  return {
    state: state === RunState.UNSPECIFIED ? undefined : stateWord(state),
    label: label || undefined,
    text: text || undefined,
  };
}

/** What is wrong with a label to filter by; undefined: nothing. */
export function labelComplaint(label: string): string | undefined {
  return label === "" || label.indexOf("=") > 0 ? undefined : "Write key=value, such as study=7f3a.";
}

export const isInState = (run: Run, state: RunState): boolean =>
  state === RunState.UNSPECIFIED || run.state === state;

export function hasLabel(run: Run, label: string): boolean {
  if (label === "") return true;
  const at = label.indexOf("=");
  return run.labels[label.slice(0, at)] === label.slice(at + 1);
}

/** Whether every word of `text` is somewhere in what a row shows, or in its labels. */
export function saysText(run: Run, text: string): boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const { kind } = run.objective ?? {};
  const labels = Object.entries(run.labels).map(([key, value]) => `${key}=${value}`);
  const all = [
    run.name,
    run.displayName,
    kind?.value ?? "",
    run.optimizer ? partText(run.optimizer) : "",
    stateWord(run.state),
    endWord(run),
    ...labels,
  ]
    .join(" ")
    .toLowerCase();
  return words.every((word) => all.includes(word));
}
