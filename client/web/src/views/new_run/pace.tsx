// How fast a run goes, what it is called, and its seed.
import { complaintsFor, sentence } from "../../parts/complaints";
import { Field } from "../../parts/field";
import { writeNumber } from "../../parts/number_text";
import type { Problem } from "../../wire/problem";
import type { Draft } from "./draft";
import { kWatchablePace } from "./request";

const kBlank = " "; // emptied to be typed anew: not the same as never touched

interface PaceProps {
  pace: string;
  /** What `pace` comes to: iterations a second; 0: as fast as can be. */
  usual: number;
  onPace: (pace: string) => void;
  problem?: Problem;
}

export function Pace({ pace: typed, usual: pace, onPace, problem }: PaceProps) {
  const said = complaintsFor(problem, "run.pace").map(sentence);
  const fast = pace === 0;
  return (
    <fieldset class="plain-set pace" data-field="run.pace">
      <legend>Pace</legend>
      <span class="row">
        <label class="check">
          <input type="radio" name="pace" checked={!fast} onChange={() => onPace(String(kWatchablePace))} />{" "}
          to be watched:
        </label>
        <input
          class="mono short"
          inputMode="decimal"
          aria-label="Iterations a second"
          aria-invalid={said.length > 0 || undefined}
          value={fast ? "" : typed === "" ? writeNumber(pace) : typed.trim()}
          placeholder={String(kWatchablePace)}
          disabled={fast}
          onInput={({ currentTarget }) => onPace(currentTarget.value || kBlank)}
        />
        iterations a second
      </span>
      <label class="check">
        <input type="radio" name="pace" checked={fast} onChange={() => onPace("0")} /> as fast as possible
      </label>
      {said.map((text) => (
        <p key={text} class="complaint">
          {text}
        </p>
      ))}
    </fieldset>
  );
}

type Named = Pick<Draft, "displayName" | "labels" | "seed">;

export function Naming({ draft, onDraft, problem }: { draft: Named; onDraft: (changes: Partial<Named>) => void; problem?: Problem }) {
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
