// How it is descended: optimizer, start, bounds, constraints, stopping rules, pace and the rest.
import { BoundsEditor } from "../../parts/bounds_editor";
import { complaintsFor, sentence } from "../../parts/complaints";
import { ConstraintsEditor } from "../../parts/constraints_editor";
import { Field } from "../../parts/field";
import { PartEditor } from "../../parts/part_editor";
import { PartListEditor } from "../../parts/part_list_editor";
import { PointEditor } from "../../parts/point_editor";
import { pointTexts, type Shaped } from "../../parts/point_text";
import { StoppingEditor } from "../../parts/stopping_editor";
import { catalogue } from "../../wire/catalogue";
import type { FormProps } from "./objective_form";
import { Naming, Pace } from "./pace";
import { paceOf, rivalField, startOf } from "./request";

type DescentFormProps = FormProps & { variables: Shaped[] };

const kMostFields = 24; // more unknowns than this are typed as one list each, and scalars seldom are so many

const sizeOf = (variables: Shaped[]): number =>
  variables.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * Number(b), 1), 0);

export function DescentForm(props: DescentFormProps) {
  const { draft, onDraft, problem, variables } = props;
  const usual = pointTexts(startOf({ ...draft, start: {} }, catalogue.value));
  const shown = variables.slice(0, kMostFields);
  return (
    <>
      {shown.length > 0 && (
        <PointEditor
          label="Start"
          help="Or drag it on the picture."
          variables={shown}
          texts={draft.start}
          onTexts={(start) => onDraft({ start })}
          placeholder={({ name }) => usual[name] ?? "the usual one"}
          problem={problem}
          field="run.start"
        />
      )}
      <PartEditor
        catalogue="optimizer"
        label="Optimizer"
        part={draft.optimizer}
        onPart={(optimizer) => onDraft({ optimizer })}
        problem={problem}
        field="run.optimizer"
      />
      <details open={draft.rivals.length > 0}>
        <summary>Race it against others</summary>
        <PartListEditor
          catalogue="optimizer"
          label="Rivals"
          help="With one or more the button below starts a study: all from the same start, compared."
          parts={draft.rivals}
          onParts={(rivals) => onDraft({ rivals })}
          problem={problem}
          field="study.vary"
          itemField={rivalField}
        />
      </details>
      <details open={draft.stopping.length > 0}>
        <summary>When to stop</summary>
        <StoppingEditor
          rules={draft.stopping}
          onRules={(stopping) => onDraft({ stopping })}
          problem={problem}
          field="run.stopping"
        />
      </details>
      <Limits {...props} variables={shown} />
      <Pace pace={draft.pace} usual={paceOf(draft, sizeOf(variables))} onPace={(pace) => onDraft({ pace })} problem={problem} />
      <Naming draft={draft} onDraft={onDraft} problem={problem} />
    </>
  );
}

function Limits({ draft, onDraft, problem, variables }: DescentFormProps) {
  const bounded = [draft.lower, draft.upper].some((texts) => Object.values(texts).some(Boolean));
  const field = "run.objective.feasibility_tolerance";
  return (
    <details open={bounded || draft.constraints.length > 0}>
      <summary>Bounds and constraints</summary>
      <BoundsEditor
        variables={variables}
        lower={draft.lower}
        upper={draft.upper}
        onLower={(lower) => onDraft({ lower })}
        onUpper={(upper) => onDraft({ upper })}
        problem={problem}
        field="run.objective"
      />
      <ConstraintsEditor
        constraints={draft.constraints}
        onConstraints={(constraints) => onDraft({ constraints })}
        problem={problem}
        field="run.objective.constraints"
      />
      {draft.constraints.length > 0 && (
        <Field
          label="Tolerance"
          help="how far a constraint may be missed, in its own unit"
          complaints={complaintsFor(problem, field).map(sentence)}
          field={field}
        >
          {(control) => (
            <input
              {...control}
              class="mono"
              inputMode="decimal"
              value={draft.tolerance}
              placeholder="1e-8"
              onInput={({ currentTarget }) => onDraft({ tolerance: currentTarget.value })}
            />
          )}
        </Field>
      )}
    </details>
  );
}
