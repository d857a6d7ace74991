// What is descended: a formula with its parameters, or a test function.
import { useState } from "preact/hooks";
import type { Function } from "../../../gen/thalweg/v1/catalog_service_pb";
import { complaintsFor, sentence } from "../../parts/complaints";
import { Field } from "../../parts/field";
import type { Shaped } from "../../parts/point_text";
import { catalogue } from "../../wire/catalogue";
import type { Problem } from "../../wire/problem";
import type { Draft } from "./draft";
import { FormulaEditor, type FormulaMark } from "./formula_editor";
import { writeShape } from "./names";
import { functionOf } from "./request";

export interface FormProps {
  draft: Draft;
  onDraft: (changes: Partial<Draft>) => void;
  problem?: Problem;
}

const said = (problem: Problem | undefined, field: string) => complaintsFor(problem, field).map(sentence);

export function ObjectiveForm(props: FormProps & { marks: FormulaMark[]; variables: Shaped[] }) {
  const { draft, onDraft, marks } = props;
  const all = catalogue.value;
  const chosen = functionOf(draft, all);
  const choose = (testFunction: string) => onDraft({ testFunction, dimension: "", start: {}, lower: {}, upper: {}, shapes: {} });
  return (
    <>
      <div class="row source">
        <Field label="Descend" class="inline">
          {(control) => (
            <select {...control} value={draft.testFunction} onChange={({ currentTarget }) => choose(currentTarget.value)}>
              <option value="">a formula</option>
              <optgroup label="Test functions">
                {all?.functions.map(({ name, title }) => (
                  <option key={name} value={name}>
                    {title}
                  </option>
                ))}
              </optgroup>
            </select>
          )}
        </Field>
        <label class="check">
          <input
            type="checkbox"
            checked={draft.maximise}
            onChange={({ currentTarget }) => onDraft({ maximise: currentTarget.checked })}
          />{" "}
          climb instead: maximise
        </label>
      </div>
      {draft.testFunction === "" ? (
        <>
          <FormulaEditor formula={draft.formula} onFormula={(formula) => onDraft({ formula })} marks={marks} />
          <Shapes {...props} />
          <Parameters {...props} />
        </>
      ) : (
        chosen && <TestFunction {...props} chosen={chosen} />
      )}
    </>
  );
}

function TestFunction({ draft, onDraft, problem, chosen }: FormProps & { chosen: Function }) {
  const { leastDimension: least, mostDimension: most } = chosen;
  const usual = chosen.variables.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * Number(b), 1), 0);
  const inWords = () =>
    onDraft({ testFunction: "", formula: chosen.expression, start: {}, dimension: "", shapes: {} });
  return (
    <div class="test-function">
      <p>
        {chosen.summary} <span class="quiet">{chosen.source}</span>
      </p>
      {least !== most && (
        <Field
          label="Dimension"
          help={`from ${least}${most > 0n ? ` to ${most}` : ""}`}
          complaints={said(problem, "run.objective.dimension")}
          field="run.objective.dimension"
        >
          {(control) => (
            <input
              {...control}
              inputMode="numeric"
              value={draft.dimension}
              placeholder={String(usual)}
              onInput={({ currentTarget }) => onDraft({ dimension: currentTarget.value, start: {} })}
            />
          )}
        </Field>
      )}
      {chosen.expression && (
        <button type="button" onClick={inWords}>
          Edit as a formula
        </button>
      )}
    </div>
  );
}

/** Lengths of the arrays among the unknowns: the formula seldom shows them. */
function Shapes({ draft, onDraft, problem, variables }: FormProps & { variables: Shaped[] }) {
  const stated = (name: string) => (draft.shapes[name] ?? "") !== "";
  const arrays = variables.filter(({ name, shape }) => shape.length > 0 || stated(name));
  if (arrays.length === 0) return null;
  return (
    <div class="row shapes">
      {arrays.map(({ name, shape }) => (
        <Field
          key={name}
          label={`Length of ${name}`}
          complaints={said(problem, `run.objective.variables[${name}]`)}
          field={`run.objective.variables[${name}]`}
        >
          {(control) => (
            <input
              {...control}
              class="mono short"
              value={draft.shapes[name] ?? ""}
              placeholder={writeShape(shape.map(Number))}
              title="A number of elements such as 3, rows and columns such as 2x3, or “number”"
              onInput={({ currentTarget }) => onDraft({ shapes: { ...draft.shapes, [name]: currentTarget.value } })}
            />
          )}
        </Field>
      ))}
    </div>
  );
}

function Parameters({ draft, onDraft, problem, variables }: FormProps & { variables: Shaped[] }) {
  const [name, setName] = useState("");
  const names = Object.keys(draft.parameters);
  const without = (gone: string) => Object.fromEntries(Object.entries(draft.parameters).filter(([each]) => each !== gone));
  const add = (added: string) => {
    if (!/^[A-Za-z_]\w*$/.test(added)) return;
    onDraft({ parameters: { ...draft.parameters, [added]: draft.start[added] ?? "1" } });
    setName("");
  };
  return (
    <details class="parameters" open={names.length > 0}>
      <summary>Parameters: constants and data</summary>
      {names.map((each) => {
        const field = `run.objective.parameters[${each}]`;
        return (
          <div key={each} class="row constraint">
            <Field label={each} complaints={said(problem, field)} field={field}>
              {(control) => (
                <input
                  {...control}
                  class="mono"
                  spellcheck={false}
                  value={draft.parameters[each]}
                  placeholder="1, or 1, 2, 3, or 1, 2; 3, 4"
                  onInput={({ currentTarget }) =>
                    onDraft({ parameters: { ...draft.parameters, [each]: currentTarget.value } })
                  }
                />
              )}
            </Field>
            <button
              type="button"
              class="plain remove"
              aria-label={`Remove parameter ${each}`}
              onClick={() => onDraft({ parameters: without(each) })}
            >
              ×
            </button>
          </div>
        );
      })}
      <div class="row">
        <input
          class="mono short"
          aria-label="Name of a new parameter"
          placeholder="name"
          list="unknown-names"
          value={name}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
          onKeyDown={(event) => event.key === "Enter" && add(name)}
        />
        <datalist id="unknown-names">
          {variables.map(({ name: each }) => (
            <option key={each} value={each} />
          ))}
        </datalist>
        <button type="button" onClick={() => add(name)}>
          Add a parameter
        </button>
      </div>
    </details>
  );
}
