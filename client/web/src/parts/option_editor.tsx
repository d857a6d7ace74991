// One option of a part, by its type.
import { type Option, OptionType } from "../../gen/thalweg/v1/catalog_service_pb";
import { catalogue } from "../wire/catalogue";
import type { Plain } from "../wire/parts";
import type { Problem } from "../wire/problem";
import { entriesFor } from "./catalogue_entries";
import { complaintsFor, sentence } from "./complaints";
import { type ControlProps, Field } from "./field";
import { readNumber, writeNumber } from "./number_text";
import { PartEditor } from "./part_editor";
import { PartListEditor } from "./part_list_editor";
import { asPart, asParts, complaintAbout, defaultOf } from "./settings";
import { TypedInput } from "./typed_input";

interface OptionEditorProps {
  option: Option;
  value: Plain | undefined;
  onValue: (value: Plain | undefined) => void;
  problem?: Problem;
  /** Its place in the request: "run.optimizer.settings[learning_rate]". */
  field: string;
}

const kNumberKind = "";
const placeholderOf = ({ defaultText }: Option): string => defaultText || "required";
const label = (name: string): string => name.replace(/_/g, " ");

function helpOf({ meaning, range, type }: Option): string {
  const ranged = type !== OptionType.FLAG && type !== OptionType.TEXT && range !== "";
  return ranged ? `${meaning}; ${range}` : meaning;
}

function readNumbers(text: string): Plain {
  const numbers = text.split(/[,\s]+/).filter(Boolean).map(readNumber);
  return numbers.includes(undefined) ? text : (numbers as number[]);
}
const writeNumbers = (plain: Plain): string =>
  Array.isArray(plain) ? (plain as number[]).map(writeNumber).join(", ") : String(plain);

function NumberInput({ option, value, onValue, control }: OptionEditorProps & { control: ControlProps }) {
  const list = option.type === OptionType.NUMBERS;
  return (
    <TypedInput<Plain>
      control={control}
      value={value}
      read={list ? readNumbers : (text) => readNumber(text) ?? text}
      write={list ? writeNumbers : (plain) => (typeof plain === "number" ? writeNumber(plain) : String(plain))}
      onValue={onValue}
      placeholder={placeholderOf(option)}
      inputMode={list ? "text" : "decimal"}
    />
  );
}

function ScheduleInput(props: OptionEditorProps & { control: ControlProps }) {
  const { option, value, onValue, control } = props;
  const part = value === undefined || typeof value === "number" ? undefined : asPart(value);
  const schedules = catalogue.value ? entriesFor(catalogue.value, "schedule") : [];
  const isSchedule = part !== undefined && schedules.some(({ name }) => name === part.kind);
  return (
    <div class="schedule-input">
      {!isSchedule && <NumberInput {...props} />}
      <select
        aria-label={`${label(option.name)}: a number or a schedule`}
        id={isSchedule ? control.id : undefined}
        value={isSchedule ? part.kind : kNumberKind}
        onChange={({ currentTarget: { value: kind } }) => onValue(kind === kNumberKind ? undefined : { kind })}
      >
        <option value={kNumberKind}>a number</option>
        {schedules.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
    </div>
  );
}

function Control(props: OptionEditorProps & { control: ControlProps }) {
  const { option, value, onValue, control } = props;
  const usual = defaultOf(option);
  switch (option.type) {
    case OptionType.FLAG:
      return (
        <input
          {...control}
          type="checkbox"
          checked={(value ?? usual) === true}
          onChange={({ currentTarget }) => onValue(currentTarget.checked)}
        />
      );
    case OptionType.TEXT:
      return option.choices.length === 0 ? (
        <input
          {...control}
          class="mono"
          spellcheck={false}
          value={String(value ?? "")}
          placeholder={placeholderOf(option)}
          onInput={({ currentTarget }) => onValue(currentTarget.value || undefined)}
        />
      ) : (
        <select {...control} value={String(value ?? usual ?? "")} onChange={({ currentTarget }) => onValue(currentTarget.value)}>
          {usual === undefined && <option value="">choose…</option>}
          {option.choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice === usual ? `${choice} (default)` : choice}
            </option>
          ))}
        </select>
      );
    case OptionType.SCHEDULE:
      return <ScheduleInput {...props} />;
    default:
      return <NumberInput {...props} />;
  }
}

/** A part in place of a number is edited below it. */
function Nested({ option, value, onValue, problem, field }: OptionEditorProps) {
  const part = typeof value === "number" || value === undefined ? undefined : asPart(value);
  const known = part && catalogue.value && entriesFor(catalogue.value, "schedule").some(({ name }) => name === part.kind);
  if (option.type !== OptionType.SCHEDULE || !part || !known) return null;
  return (
    <PartEditor
      catalogue="schedule"
      label={label(option.name)}
      part={part}
      onPart={onValue}
      problem={problem}
      field={`${field}.part`}
      fixedKind
    />
  );
}

export function OptionEditor(props: OptionEditorProps) {
  const { option, value, onValue, problem, field } = props;
  if (option.type === OptionType.PARTS) {
    return (
      <PartListEditor
        catalogue={option.catalogue}
        label={label(option.name)}
        help={`${helpOf(option)}${value === undefined && option.defaultText ? `; default: ${option.defaultText}` : ""}`}
        parts={asParts(value)}
        onParts={(parts) => onValue(parts.length > 0 ? parts : undefined)}
        problem={problem}
        field={field}
      />
    );
  }
  if (option.type === OptionType.PART) {
    const usual = asPart(defaultOf(option));
    return (
      <PartEditor
        catalogue={option.catalogue}
        label={label(option.name)}
        help={helpOf(option)}
        part={asPart(value) ?? usual ?? { kind: "" }}
        onPart={onValue}
        problem={problem}
        field={`${field}.part`}
        nested
      />
    );
  }
  const here = value === undefined ? undefined : complaintAbout(option, value);
  const isPart = option.type === OptionType.SCHEDULE && typeof value === "object" && !Array.isArray(value);
  const said = complaintsFor(problem, field, isPart ? [`${field}.part.settings`] : []).map(sentence);
  return (
    <div class={isPart ? "option wide" : "option"}>
      <Field label={label(option.name)} help={helpOf(option)} complaints={here ? [here] : said} field={field}>
        {(control) => <Control {...props} control={control} />}
      </Field>
      <Nested {...props} />
    </div>
  );
}
