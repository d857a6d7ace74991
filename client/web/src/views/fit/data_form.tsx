// What is learnt from: the table, the column that is predicted, and those that it is predicted from.
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { Dataset } from "../../../gen/thalweg/v1/dataset_pb";
import { count } from "../../app/format";
import { href } from "../../app/router";
import { complaintsFor, sentence } from "../../parts/complaints";
import { Field, Wrong } from "../../parts/field";
import type { Problem } from "../../wire/problem";
import { datasets } from "../../wire/rpc";
import { isCategory, titleOf } from "../data/data_text";
import type { FitDraft, Missing, Scaling } from "./draft";
import { kModelField } from "./request";

export interface FitFormProps {
  draft: FitDraft;
  onDraft: (changes: Partial<FitDraft>) => void;
  problem?: Problem;
  dataset?: Dataset;
}

const kMostListed = 1000;
const kMostColumns = 60; // more are not ticked one by one

export function DataForm(props: FitFormProps) {
  const { draft, onDraft, problem, dataset } = props;
  const said = (field: string) => complaintsFor(problem, `${kModelField}.${field}`).map(sentence);
  const tables = useSignal<Dataset[]>([]);
  useEffect(() => {
    const leaving = new AbortController();
    datasets.listDatasets({ pageSize: kMostListed }, { signal: leaving.signal }).then(
      (page) => (tables.value = page.datasets),
      () => undefined, // the form's own questions say what is wrong
    );
    return () => leaving.abort();
  }, []);
  const listed = tables.value.some(({ name }) => name === `datasets/${draft.dataset}`);
  const columns = dataset?.columns ?? [];
  return (
    <>
      <Field label="Table" complaints={said("dataset")} field={`${kModelField}.dataset`}>
        {(control) => (
          <span class="row">
            <select
              {...control}
              value={draft.dataset}
              onChange={({ currentTarget }) => onDraft({ dataset: currentTarget.value, target: "", features: [], weights: "" })}
            >
              <option value="">choose…</option>
              {draft.dataset !== "" && !listed && <option value={draft.dataset}>{dataset ? titleOf(dataset) : draft.dataset}</option>}
              {tables.value.map((each) => (
                <option key={each.name} value={each.name.replace("datasets/", "")}>
                  {titleOf(each)}, {count(each.rowCount)} rows
                </option>
              ))}
            </select>
            <a href={href("data")}>Upload another…</a>
          </span>
        )}
      </Field>
      {dataset && draft.model.kind !== "formula" && (
        <>
          <Field label="Predict" help="the column that is learnt" complaints={said("target")} field={`${kModelField}.target`}>
            {(control) => (
              <select
                {...control}
                value={draft.target}
                onChange={({ currentTarget: { value: target } }) =>
                  onDraft({ target, features: draft.features.filter((name) => name !== target) })
                }
              >
                <option value="">choose…</option>
                {columns.map((column) => (
                  <option key={column.name} value={column.name}>
                    {column.name} ({isCategory(column) ? "classes" : "numbers"})
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Features {...props} said={said("features")} />
        </>
      )}
      {dataset && (
        <details open={draft.validation !== "" || draft.test !== "" || draft.missing !== "" || draft.weights !== ""}>
          <summary>Held out, missing, weights</summary>
          <Rows {...props} />
        </details>
      )}
    </>
  );
}

function Features({ draft, onDraft, dataset, said }: FitFormProps & { said: string[] }) {
  const columns = (dataset?.columns ?? []).filter(({ name }) => name !== draft.target && name !== draft.weights);
  const all = draft.features.length === 0;
  if (columns.length > kMostColumns) {
    return (
      <Field label="From" help="names of columns, separated by commas; empty: all others" complaints={said} field={`${kModelField}.features`}>
        {(control) => (
          <input
            {...control}
            value={draft.features.join(", ")}
            placeholder={`all ${columns.length} others`}
            onChange={({ currentTarget }) => onDraft({ features: currentTarget.value.split(",").map((name) => name.trim()).filter(Boolean) })}
          />
        )}
      </Field>
    );
  }
  const toggle = (name: string, on: boolean) => {
    const now = new Set(all ? columns.map((column) => column.name) : draft.features);
    if (on) now.add(name);
    else now.delete(name);
    const next = columns.map((column) => column.name).filter((each) => now.has(each));
    onDraft({ features: next.length === columns.length ? [] : next });
  };
  return (
    <fieldset class="plain-set" data-field={`${kModelField}.features`}>
      <legend>From</legend>
      <div class="ticks">
        {columns.map(({ name }) => {
          const on = all || draft.features.includes(name);
          const last = on && (all ? columns.length : draft.features.length) === 1; // none would mean all
          return (
            <label key={name} class="check">
              <input type="checkbox" checked={on} disabled={last} onChange={({ currentTarget }) => toggle(name, currentTarget.checked)} /> {name}
            </label>
          );
        })}
      </div>
      <Wrong texts={said} />
    </fieldset>
  );
}

export const kScalingTitles: [Scaling, string][] = [
  ["", "standard: mean 0, deviation 1"],
  ["none", "none: as they are"],
  ["min_max", "from 0 to 1"],
  ["robust", "robust: by median and quartiles"],
];
const kMissingTitles: [Missing, string][] = [
  ["", "refused"],
  ["drop", "rows are left out"],
  ["fill", "the mean stands in"],
];

function Rows({ draft, onDraft, problem, dataset }: FitFormProps) {
  const said = (field: string) => complaintsFor(problem, `${kModelField}.${field}`).map(sentence);
  const typed = (key: "validation" | "test" | "splitSeed", at: string, label: string, placeholder: string, help = "") => (
    <Field label={label} help={help} complaints={said(at)} field={`${kModelField}.${at}`}>
      {(control) => (
        <input
          {...control}
          inputMode="decimal"
          value={draft[key]}
          placeholder={placeholder}
          onInput={({ currentTarget }) => onDraft({ [key]: currentTarget.value })}
        />
      )}
    </Field>
  );
  return (
    <div class="options">
      {typed("validation", "split.validation", "Validation", "0", "share of the rows that show when to stop")}
      {typed("test", "split.test", "Test", "0", "share that nothing sees")}
      {typed("splitSeed", "split.seed", "Seed of the deal", "0")}
      <label class="check">
        <input type="checkbox" checked={draft.inOrder} onChange={({ currentTarget }) => onDraft({ inOrder: currentTarget.checked })} /> the
        last rows, not dealt at random
      </label>
      <Field label="Missing values" complaints={said("missing")} field={`${kModelField}.missing`}>
        {(control) => (
          <select {...control} value={draft.missing} onChange={({ currentTarget }) => onDraft({ missing: currentTarget.value as Missing })}>
            {kMissingTitles.map(([value, title]) => (
              <option key={value} value={value}>
                {title}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Weights of the rows" complaints={said("weights")} field={`${kModelField}.weights`}>
        {(control) => (
          <select {...control} value={draft.weights} onChange={({ currentTarget }) => onDraft({ weights: currentTarget.value })}>
            <option value="">all the same</option>
            {(dataset?.columns ?? [])
              .filter((column) => !isCategory(column) && column.name !== draft.target)
              .map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
          </select>
        )}
      </Field>
    </div>
  );
}
