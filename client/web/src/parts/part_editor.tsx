// Something chosen from a catalogue, with its options: an optimizer, a schedule, a stopping rule.
import { useEffect } from "preact/hooks";
import { type CatalogEntry, OptionType } from "../../gen/thalweg/v1/catalog_service_pb";
import { catalogue as loaded, loadCatalogue } from "../wire/catalogue";
import { partText, type PlainPart, toPart } from "../wire/parts";
import { type Problem } from "../wire/problem";
import { entriesFor } from "./catalogue_entries";
import { complaintsFor, sentence } from "./complaints";
import { Wrong } from "./field";
import { KindPicker } from "./kind_picker";
import { OptionEditor } from "./option_editor";
import { withSetting } from "./settings";
import "./parts.css";

export interface PartEditorProps {
  /** "optimizer", "schedule", "stopping rule", "line search", "stage". */
  catalogue: string;
  label: string;
  part: PlainPart;
  onPart: (part: PlainPart) => void;
  /** What the server said of the last request. */
  problem?: Problem;
  /** The part's place in that request: "run.optimizer". */
  field: string;
  help?: string;
  /** The kind is chosen elsewhere. */
  fixedKind?: boolean;
  /** Inside another part: its options are folded away. */
  nested?: boolean;
  /** In a list, which says what it is: neither its kind nor its help are shown. */
  listed?: boolean;
}

/** Schedules, such as a learning rate's, before what is rarely changed. */
function inOrder({ options }: CatalogEntry) {
  const first = options.filter(({ type }) => type === OptionType.SCHEDULE);
  return [...first, ...options.filter(({ type }) => type !== OptionType.SCHEDULE)];
}

function Help({ entry }: { entry: CatalogEntry }) {
  return (
    <div class="entry-help">
      <p>{entry.summary}</p>
      {entry.formula && <pre class="mono">{entry.formula}</pre>}
      {(entry.advice || entry.source) && (
        <details>
          <summary>When to use it</summary>
          {entry.advice && <p>{entry.advice}</p>}
          {entry.source && <p class="quiet">{entry.source}</p>}
        </details>
      )}
    </div>
  );
}

function Options({ entry, part, onPart, problem, field }: PartEditorProps & { entry: CatalogEntry }) {
  return (
    <div class="options">
      {inOrder(entry).map((option) => (
        <OptionEditor
          key={`${entry.name} ${option.name}`}
          option={option}
          value={part.settings?.[option.name]}
          onValue={(value) => onPart(withSetting(part, option, value))}
          problem={problem}
          field={`${field}.settings[${option.name}]`}
        />
      ))}
    </div>
  );
}

export function PartEditor(props: PartEditorProps) {
  const { catalogue, label, part, onPart, problem, field, help, fixedKind, nested, listed } = props;
  useEffect(() => void loadCatalogue().catch(() => undefined), []); // the view that asked first says what is wrong
  const all = loaded.value;
  if (!all) return <p class="quiet">The catalogue is on its way…</p>;
  const entries = entriesFor(all, catalogue);
  const entry = entries.find(({ name }) => name === part.kind);
  const known = entry?.options.map(({ name }) => `${field}.settings[${name}]`) ?? [];
  const said = complaintsFor(problem, field, known).map(sentence);
  const changed = Object.keys(part.settings ?? {}).length;
  return (
    <fieldset class={`part-editor${nested && !listed ? " nested" : ""}`} data-field={field}>
      <legend class={fixedKind ? "visually-hidden" : undefined}>{label}</legend>
      {!fixedKind && !listed && entries.length > 1 && (
        <KindPicker label={label} entries={entries} kind={part.kind} onKind={(kind) => onPart({ kind })} />
      )}
      {help && <p class="help">{help}</p>}
      <Wrong texts={said} />
      {entry && !nested && !listed && <Help entry={entry} />}
      {entry && entry.options.length > 0 && nested && (
        <details open={changed > 0 && !listed ? true : undefined}>
          <summary>{changed > 0 && listed ? partText(toPart(part)) : `Options of ${entry.title}`}</summary>
          <Options {...props} entry={entry} />
        </details>
      )}
      {entry && !nested && <Options {...props} entry={entry} />}
    </fieldset>
  );
}
