// A list of parts: stopping rules, stages, schedules in a row.
import { useState } from "preact/hooks";
import { catalogue as loaded } from "../wire/catalogue";
import type { PlainPart } from "../wire/parts";
import type { Problem } from "../wire/problem";
import { entriesFor } from "./catalogue_entries";
import { complaintsFor, sentence } from "./complaints";
import { Wrong } from "./field";
import { PartEditor } from "./part_editor";

interface PartListEditorProps {
  catalogue: string;
  label: string;
  help?: string;
  parts: PlainPart[];
  onParts: (parts: PlainPart[]) => void;
  problem?: Problem;
  /** The list's place in the request; its items are at `field.parts[i]`, or `itemField(i)`. */
  field: string;
  itemField?: (i: number) => string;
  /** The options of each are folded away. */
  folded?: boolean;
}

export function PartListEditor(props: PartListEditorProps) {
  const { catalogue, label, help, parts, onParts, problem, field } = props;
  const itemField = props.itemField ?? ((i: number) => `${field}.parts[${i}]`);
  const [next, setNext] = useState("");
  const entries = loaded.value ? entriesFor(loaded.value, catalogue) : [];
  const titleOf = (kind: string) => entries.find(({ name }) => name === kind)?.title ?? kind;
  const said = complaintsFor(problem, field, parts.map((_, i) => itemField(i))).map(sentence);
  const add = (kind: string) => {
    onParts([...parts, { kind }]);
    setNext("");
  };
  return (
    <fieldset class="part-list" data-field={field}>
      <legend>{label}</legend>
      {help && <p class="help">{help}</p>}
      <Wrong texts={said} />
      {parts.map((part, i) => (
        <div key={`${i} ${part.kind}`} class="part-item">
          <PartEditor
            catalogue={catalogue}
            label={`${i + 1}. ${titleOf(part.kind)}`}
            help={entries.find(({ name }) => name === part.kind)?.summary}
            part={part}
            onPart={(changed) => onParts(parts.map((each, k) => (k === i ? changed : each)))}
            problem={problem}
            field={itemField(i)}
            nested={props.folded}
            listed
          />
          <button
            type="button"
            class="plain remove"
            aria-label={`Remove ${titleOf(part.kind)}`}
            onClick={() => onParts(parts.filter((_, k) => k !== i))}
          >
            ×
          </button>
        </div>
      ))}
      {entries.length === 1 ? (
        <button type="button" onClick={() => add(entries[0]?.name as string)}>
          Add a {entries[0]?.name}
        </button>
      ) : (
        <select
          aria-label={`Add to ${label}`}
          value={next}
          onChange={({ currentTarget: { value } }) => value !== "" && add(value)}
        >
          <option value="">Add…</option>
          {entries.map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      )}
    </fieldset>
  );
}
