// What varies in a new study: the optimizer, one of its settings, or the start.
import { complaintsFor, sentence } from "../../parts/complaints";
import { Field, Wrong } from "../../parts/field";
import { PartEditor } from "../../parts/part_editor";
import { PartListEditor } from "../../parts/part_list_editor";
import { PointEditor } from "../../parts/point_editor";
import { pointTexts, type Shaped, type Texts } from "../../parts/point_text";
import { flatten, size, toPoint } from "../../trace/layout";
import { catalogue } from "../../wire/catalogue";
import type { Problem } from "../../wire/problem";
import type { Draft } from "../new_run/draft";
import { functionOf } from "../new_run/request";
import { optimizerField, rangedOptions, spread, type StudyDraft, type Varies } from "./study_draft";

interface Props {
  draft: Draft;
  onDraft: (changes: Partial<Draft>) => void;
  study: StudyDraft;
  onStudy: (changes: Partial<StudyDraft>) => void;
  variables: Shaped[];
  problem: Problem | undefined;
}

const kChoices: { varies: Varies; title: string }[] = [
  { varies: "optimizer", title: "the method: a race of optimizers" },
  { varies: "setting", title: "one setting of an optimizer" },
  { varies: "start", title: "the start" },
];
const kAxis = "study.vary[0]";

export function VaryForm(props: Props) {
  const { study, onStudy, problem } = props;
  const below = study.varies === "setting" ? [`${kAxis}.range`] : [`${kAxis}.points`];
  return (
    <fieldset class="box" data-field={kAxis}>
      <legend>What varies</legend>
      <div class="row" role="radiogroup" aria-label="What varies">
        {kChoices.map(({ varies, title }) => (
          <label key={varies} class="check">
            <input type="radio" name="varies" checked={study.varies === varies} onChange={() => onStudy({ varies })} /> {title}
          </label>
        ))}
      </div>
      <Wrong texts={complaintsFor(problem, "study.vary", below).map(sentence)} />
      {study.varies === "optimizer" && (
        <PartListEditor
          catalogue="optimizer"
          label="Optimizers"
          parts={study.optimizers}
          onParts={(optimizers) => onStudy({ optimizers })}
          problem={problem}
          field={`${kAxis}.values`}
          itemField={optimizerField}
          folded
        />
      )}
      {study.varies !== "optimizer" && (
        <PartEditor
          catalogue="optimizer"
          label="Optimizer"
          part={props.draft.optimizer}
          onPart={(optimizer) => props.onDraft({ optimizer })}
          problem={problem}
          field="run.optimizer"
        />
      )}
      {study.varies === "setting" && <RangeForm {...props} />}
      {study.varies === "start" && <StartsForm {...props} />}
    </fieldset>
  );
}

function RangeForm({ draft, study, onStudy, problem }: Props) {
  const options = rangedOptions(catalogue.value?.optimizers.find(({ name }) => name === draft.optimizer.kind));
  const known = options.find(({ name }) => name === study.setting);
  const typed = (key: "from" | "to" | "count", label: string) => {
    const field = `${kAxis}.range.${key}`;
    return (
      <Field label={label} complaints={complaintsFor(problem, field).map(sentence)} field={field}>
        {(control) => (
          <input
            {...control}
            inputMode="decimal"
            value={study[key]}
            onInput={({ currentTarget }) => onStudy({ [key]: currentTarget.value })}
          />
        )}
      </Field>
    );
  };
  return (
    <div class="pair">
      <Field label="Setting" help={known && `${known.meaning}${known.range ? `; ${known.range}` : ""}`}>
        {(control) => (
          <select {...control} value={known ? study.setting : ""} onChange={({ currentTarget }) => onStudy({ setting: currentTarget.value })}>
            {!known && <option value="">choose…</option>}
            {options.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      {typed("from", "From")}
      {typed("to", "To")}
      {typed("count", "How many")}
      <Field label="At equal">
        {(control) => (
          <select
            {...control}
            value={study.logarithmic ? "log" : "linear"}
            onChange={({ currentTarget }) => onStudy({ logarithmic: currentTarget.value === "log" })}
          >
            <option value="log">ratios (logarithmic)</option>
            <option value="linear">distances (linear)</option>
          </select>
        )}
      </Field>
    </div>
  );
}

const kSpread = 8;
const kMostStarts = 64;

function StartsForm({ draft, study, onStudy, variables, problem }: Props) {
  const known = functionOf(draft, catalogue.value);
  const change = (i: number, texts: Texts) => onStudy({ starts: study.starts.map((each, k) => (k === i ? texts : each)) });
  const n = size(variables);
  const box = {
    lower: known?.lower ? [...flatten(variables, known.lower)] : Array.from({ length: n }, () => -2),
    upper: known?.upper ? [...flatten(variables, known.upper)] : Array.from({ length: n }, () => 2),
  };
  const addSpread = () => {
    const points = spread(box.lower, box.upper, kSpread).map((flat) => pointTexts(toPoint(variables, flat), 4));
    onStudy({ starts: [...study.starts, ...points].slice(0, kMostStarts) });
  };
  return (
    <>
      {study.starts.map((texts, i) => (
        <div key={i} class="row start-line">
          <PointEditor
            label={`Start ${i + 1}`}
            variables={variables}
            texts={texts}
            onTexts={(next) => change(i, next)}
            problem={problem}
            field={`${kAxis}.points[${i}]`}
          />
          <button
            type="button"
            class="plain danger"
            aria-label={`Remove start ${i + 1}`}
            onClick={() => onStudy({ starts: study.starts.filter((_, k) => k !== i) })}
          >
            ✕
          </button>
        </div>
      ))}
      <div class="row">
        <button type="button" disabled={study.starts.length >= kMostStarts} onClick={() => onStudy({ starts: [...study.starts, {}] })}>
          Add a start
        </button>
        <button type="button" disabled={study.starts.length >= kMostStarts || n === 0} onClick={addSpread}>
          Add {kSpread} spread over {known?.lower ? "its usual box" : "−2 to 2"}
        </button>
      </div>
    </>
  );
}
