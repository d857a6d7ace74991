// A point: a text for each variable, vectors as lists with commas.
import type { Problem } from "../wire/problem";
import { complaintsFor, sentence } from "./complaints";
import { Field, Wrong } from "./field";
import { readPoint, type Shaped, type Texts, wanted } from "./point_text";
import "./parts.css";

interface PointEditorProps {
  label: string;
  help?: string;
  variables: Shaped[];
  texts: Texts;
  onTexts: (texts: Texts) => void;
  /** What stands in an empty field. */
  placeholder?: (variable: Shaped) => string;
  infinite?: boolean;
  problem?: Problem;
  /** The point's place in the request: "run.start". */
  field: string;
}

export function PointEditor(props: PointEditorProps) {
  const { label, help, variables, texts, onTexts, placeholder = wanted, infinite = false, problem, field } = props;
  const { wrong } = readPoint(variables, texts, infinite);
  const places = variables.map(({ name }) => `${field}.values[${name}]`);
  return (
    <fieldset class="plain-set" data-field={field}>
      <legend>{label}</legend>
      {help && <p class="help quiet">{help}</p>}
      <div class="point">
        {variables.map((variable, i) => {
          const { name, shape } = variable;
          const place = places[i] as string;
          const said = complaintsFor(problem, place).map(sentence);
          return (
            <Field
              key={name}
              label={name}
              complaints={wrong[name] ? [wrong[name] as string] : said}
              field={place}
              class={shape.length > 0 ? "wide" : ""}
            >
              {(control) => (
                <input
                  {...control}
                  type="text"
                  class="mono"
                  autocomplete="off"
                  spellcheck={false}
                  inputMode={shape.length > 0 ? "text" : "decimal"}
                  aria-label={`${label}: ${name}`}
                  value={texts[name] ?? ""}
                  placeholder={placeholder(variable)}
                  onInput={({ currentTarget }) => onTexts({ ...texts, [name]: currentTarget.value })}
                />
              )}
            </Field>
          );
        })}
      </div>
      <Wrong texts={complaintsFor(problem, field, places).map(sentence)} />
    </fieldset>
  );
}
