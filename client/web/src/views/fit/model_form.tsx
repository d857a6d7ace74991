// What is fitted: the model, its loss, its penalty, and how features are scaled.
import { complaintsFor, sentence } from "../../parts/complaints";
import { Field } from "../../parts/field";
import { PartEditor } from "../../parts/part_editor";
import { catalogue } from "../../wire/catalogue";
import type { PlainPart } from "../../wire/parts";
import { type FitFormProps, kScalingTitles } from "./data_form";
import type { Scaling } from "./draft";
import { kModelField } from "./request";

export function ModelForm({ draft, onDraft, problem }: FitFormProps) {
  const all = catalogue.value;
  if (!all?.models) return <p class="quiet">The catalogue is on its way…</p>;
  return (
    <>
      <PartEditor
        catalogue="model"
        label="Model"
        part={draft.model}
        onPart={(model) => onDraft({ model })}
        problem={problem}
        field={`${kModelField}.model`}
      />
      <Optional {...{ draft, onDraft, problem }} catalogue="loss" label="Loss" usual="the model's usual one" part={draft.loss} onPart={(loss) => onDraft({ loss })} />
      <Optional {...{ draft, onDraft, problem }} catalogue="penalty" label="Penalty" usual="none" part={draft.penalty} onPart={(penalty) => onDraft({ penalty })} />
      <Field
        label="Scaling of the features"
        complaints={complaintsFor(problem, `${kModelField}.scaling`).map(sentence)}
        field={`${kModelField}.scaling`}
      >
        {(control) => (
          <select
            {...control}
            value={draft.scaling === "standard" ? "" : draft.scaling}
            onChange={({ currentTarget }) => onDraft({ scaling: currentTarget.value as Scaling })}
          >
            {kScalingTitles.map(([value, title]) => (
              <option key={value} value={value}>
                {title}
              </option>
            ))}
          </select>
        )}
      </Field>
      <label class="check">
        <input type="checkbox" checked={draft.sum} onChange={({ currentTarget }) => onDraft({ sum: currentTarget.checked })} /> the sum over the
        rows in place of their mean
      </label>
    </>
  );
}

interface OptionalProps extends FitFormProps {
  catalogue: "loss" | "penalty";
  label: string;
  /** What no choice means. */
  usual: string;
  part: PlainPart;
  onPart: (part: PlainPart) => void;
}

/** A part that may be left to the server. */
function Optional({ catalogue: which, label, usual, part, onPart, problem }: OptionalProps) {
  const entries = (which === "loss" ? catalogue.value?.losses : catalogue.value?.penalties) ?? [];
  const field = `${kModelField}.${which}`;
  const known = entries.find(({ name }) => name === part.kind);
  return (
    <>
      <Field
        label={label}
        help={known?.summary}
        complaints={complaintsFor(problem, field, known ? [`${field}.settings`] : []).map(sentence)}
        field={field}
      >
        {(control) => (
          <select {...control} value={part.kind} onChange={({ currentTarget: { value: kind } }) => onPart({ kind })}>
            <option value="">{usual}</option>
            {entries
              .filter(({ name }) => name !== "none")
              .map(({ name, title }) => (
                <option key={name} value={name}>
                  {title}
                </option>
              ))}
          </select>
        )}
      </Field>
      {known && known.options.length > 0 && (
        <PartEditor catalogue={which} label={label} part={part} onPart={onPart} problem={problem} field={field} fixedKind listed />
      )}
    </>
  );
}
