// What else must hold: one formula with a comparison each.
import type { Problem } from "../wire/problem";
import { complaintsFor, sentence } from "./complaints";
import { Field } from "./field";

interface ConstraintsEditorProps {
  constraints: string[];
  onConstraints: (constraints: string[]) => void;
  problem?: Problem;
  /** The list's place in the request: "run.objective.constraints". */
  field: string;
}

export function ConstraintsEditor({ constraints, onConstraints, problem, field }: ConstraintsEditorProps) {
  const change = (i: number, text: string) => onConstraints(constraints.map((each, k) => (k === i ? text : each)));
  return (
    <div>
      {constraints.map((constraint, i) => (
        <div key={i} class="row constraint">
          <Field
            label={`Constraint ${i + 1}`}
            complaints={complaintsFor(problem, `${field}[${i}]`).map(sentence)}
            field={`${field}[${i}]`}
          >
            {(control) => (
              <input
                {...control}
                type="text"
                class="mono"
                autocomplete="off"
                spellcheck={false}
                value={constraint}
                placeholder="x**2 + y**2 <= 1"
                onInput={({ currentTarget }) => change(i, currentTarget.value)}
              />
            )}
          </Field>
          <button
            type="button"
            class="plain remove"
            aria-label={`Remove constraint ${i + 1}`}
            onClick={() => onConstraints(constraints.filter((_, k) => k !== i))}
          >
            ×
          </button>
        </div>
      ))}
      <button type="button" onClick={() => onConstraints([...constraints, ""])}>
        Add a constraint
      </button>
    </div>
  );
}
