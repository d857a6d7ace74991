// When a run ends: a list of stopping rules, the first that is met.
import type { PlainPart } from "../wire/parts";
import type { Problem } from "../wire/problem";
import { PartListEditor } from "./part_list_editor";

interface StoppingEditorProps {
  rules: PlainPart[];
  onRules: (rules: PlainPart[]) => void;
  problem?: Problem;
  /** The list's place in the request: "run.stopping". */
  field: string;
}

export function StoppingEditor({ rules, onRules, problem, field }: StoppingEditorProps) {
  return (
    <PartListEditor
      catalogue="stopping rule"
      label="Stopping rules"
      help="The first that is met ends the run. Without any: a small gradient. Limits on iterations, divergence and values that are not finite are always there."
      parts={rules}
      onParts={onRules}
      problem={problem}
      field={field}
      itemField={(i) => `${field}[${i}]`}
    />
  );
}
