// How it is descended: optimizer, start, bounds, constraints, stopping rules, pace and the rest.
import { BoundsEditor } from "../../parts/bounds_editor";
import { complaintsFor, sentence } from "../../parts/complaints";
import { ConstraintsEditor } from "../../parts/constraints_editor";
import { Field } from "../../parts/field";
import { writeNumber } from "../../parts/number_text";
import { PartEditor } from "../../parts/part_editor";
import { PartListEditor } from "../../parts/part_list_editor";
import { PointEditor } from "../../parts/point_editor";
import { pointTexts, type Shaped } from "../../parts/point_text";
import { StoppingEditor } from "../../parts/stopping_editor";
import { catalogue } from "../../wire/catalogue";
import type { FormProps } from "./objective_form";
import { kWatchablePace, paceOf, rivalField, startOf } from "./request";

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
      <Pace {...props} />
      <Naming {...props} />
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

const kBlank = " "; // emptied to be typed anew: not the same as never touched

function Pace({ draft, onDraft, problem, variables }: DescentFormProps) {
  const pace = paceOf(draft, sizeOf(variables));
  const said = complaintsFor(problem, "run.pace").map(sentence);
  const fast = pace === 0;
  return (
    <fieldset class="plain-set pace" data-field="run.pace">
      <legend>Pace</legend>
      <span class="row">
        <label class="check">
          <input type="radio" name="pace" checked={!fast} onChange={() => onDraft({ pace: String(kWatchablePace) })} />{" "}
          to be watched:
        </label>
        <input
          class="mono short"
          inputMode="decimal"
          aria-label="Iterations a second"
          aria-invalid={said.length > 0 || undefined}
          value={fast ? "" : draft.pace === "" ? writeNumber(pace) : draft.pace.trim()}
          placeholder={String(kWatchablePace)}
          disabled={fast}
          onInput={({ currentTarget }) => onDraft({ pace: currentTarget.value || kBlank })}
        />
        iterations a second
      </span>
      <label class="check">
        <input type="radio" name="pace" checked={fast} onChange={() => onDraft({ pace: "0" })} /> as fast as possible
      </label>
      {said.map((text) => (
        <p key={text} class="complaint">
          {text}
        </p>
      ))}
    </fieldset>
  );
}

function Naming({ draft, onDraft, problem }: DescentFormProps) {
  const said = (field: string) => complaintsFor(problem, field).map(sentence);
  const texts = [
    { key: "displayName", label: "Name", field: "run.display_name", placeholder: "for people", help: "" },
    { key: "labels", label: "Labels", field: "run.labels", placeholder: "key=value, …", help: "for filtering" },
    { key: "seed", label: "Seed", field: "run.seed", placeholder: "drawn by the server", help: "of all randomness" },
  ] as const;
  return (
    <details open={texts.some(({ key }) => draft[key] !== "")}>
      <summary>Name, labels, seed</summary>
      <div class="options">
        {texts.map(({ key, label, field, placeholder, help }) => (
          <Field key={key} label={label} help={help} complaints={said(field)} field={field}>
            {(control) => (
              <input
                {...control}
                value={draft[key]}
                placeholder={placeholder}
                onInput={({ currentTarget }) => onDraft({ [key]: currentTarget.value })}
              />
            )}
          </Field>
        ))}
      </div>
    </details>
  );
}
