// The form in an address, so that a link opens it again: "#/new?f=x**2&start=x%3D1&optimizer=adam".
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import { Direction, type Objective } from "../../../gen/thalweg/v1/objective_pb";
import type { Part } from "../../../gen/thalweg/v1/values_pb";
import { href } from "../../app/router";
import { writeArray, writeNumber } from "../../parts/number_text";
import { readPart, readParts, writePart, writeParts } from "../../parts/part_text";
import { pointTexts, readTexts, type Texts, writeTexts } from "../../parts/point_text";
import { withoutDefaults } from "../../parts/settings";
import { type Catalogue, catalogue } from "../../wire/catalogue";
import { fromPart, type PlainPart } from "../../wire/parts";
import { type Draft, kEmptyDraft, kFirstDraft } from "./draft";
import { writeShape } from "./names";

interface Key<Name extends keyof Draft> {
  key: string;
  write: (value: Draft[Name]) => string;
  read: (text: string) => Draft[Name];
}

const text = (key: string) => ({ key, write: (value: string) => value, read: (value: string) => value });
const texts = (key: string) => ({ key, write: writeTexts, read: readTexts });

const kKeys: { [Name in keyof Draft]: Key<Name> } = {
  formula: text("f"),
  testFunction: text("fn"),
  dimension: text("n"),
  maximise: { key: "max", write: (value) => (value ? "1" : ""), read: (value) => value === "1" },
  parameters: texts("p"),
  shapes: texts("shape"),
  start: texts("start"),
  lower: texts("least"),
  upper: texts("most"),
  constraints: {
    key: "c",
    write: (all) => all.filter((each) => each.trim() !== "").join("\n"),
    read: (all) => all.split("\n"),
  },
  tolerance: text("tol"),
  optimizer: { key: "optimizer", write: writePart, read: readPart },
  rivals: { key: "against", write: writeParts, read: readParts },
  stopping: { key: "stop", write: writeParts, read: readParts },
  seed: text("seed"),
  pace: text("pace"),
  displayName: text("name"),
  labels: text("labels"),
};
const kNames = Object.keys(kKeys) as (keyof Draft)[];

/** The query of an address; undefined for what is as in an empty form. */
export function toQuery(draft: Draft): Record<string, string | undefined> {
  const written = <Name extends keyof Draft>(name: Name) => {
    const { key, write } = kKeys[name];
    const value = write(draft[name]);
    return [key, value === write(kEmptyDraft[name]) ? undefined : value] as const;
  };
  const query = Object.fromEntries(kNames.map(written));
  // Without a formula the form would show its example.
  return { ...query, f: draft.testFunction === "" ? draft.formula : query["f"] };
}

/** What a query says; its example where it names nothing to descend. What cannot be read is left out. */
export function fromQuery(query: URLSearchParams): Draft {
  const draft = { ...(query.has("f") || query.has("fn") ? kEmptyDraft : kFirstDraft) };
  const put = <Name extends keyof Draft>(name: Name) => {
    const { key, read } = kKeys[name];
    const value = query.get(key);
    if (value === null) return;
    try {
      draft[name] = read(value);
    } catch {
      // A mistyped part: the form opens without it.
    }
  };
  kNames.forEach(put);
  return draft;
}

function objectiveDraft(objective: Objective): Partial<Draft> {
  const { kind, variables, parameters, dimension, direction, lower, upper, constraints } = objective;
  const shaped = (array: { shape: bigint[]; values: number[] }) =>
    writeArray({ shape: array.shape.map(Number), values: array.values });
  const shapes = variables.filter(({ shape }) => shape.length > 0);
  const bound = (value: number | undefined, sign: string) => (value === undefined ? "" : ` ${sign} ${writeNumber(value)}`);
  return {
    formula: kind.case === "expression" ? kind.value : "",
    testFunction: kind.case === "function" ? kind.value : "",
    dimension: dimension > 0n ? String(dimension) : "",
    maximise: direction === Direction.MAXIMIZE,
    parameters: Object.fromEntries(Object.entries(parameters).map(([name, array]) => [name, shaped(array)])),
    shapes: Object.fromEntries(shapes.map(({ name, shape }) => [name, writeShape(shape.map(Number))])),
    lower: pointTexts(lower),
    upper: pointTexts(upper),
    constraints: constraints.flatMap(({ expression, lower: least, upper: most }) =>
      least === undefined && most === undefined
        ? [expression]
        : [least === undefined ? "" : expression + bound(least, ">="), most === undefined ? "" : expression + bound(most, "<=")],
    ).filter(Boolean),
    tolerance: objective.feasibilityTolerance > 0 ? writeNumber(objective.feasibilityTolerance) : "",
  };
}

export const labelTexts = (labels: Texts): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");

/** Rules that a run has without asking, as it has them then. */
export const isSafeguard = ({ kind, settings }: PlainPart): boolean =>
  settings === undefined && ["iterations", "divergence", "non_finite"].includes(kind);

/** What "Start paused" adds. */
const isPauseAtStart = ({ kind, settings }: PlainPart): boolean =>
  kind === "pause" && JSON.stringify(settings) === JSON.stringify({ threshold: [0] });

/** The form that would make `run` again; with the catalogue, without what only spells defaults. */
export function draftOf(run: Run, all: Catalogue | undefined = catalogue.value): Draft {
  const { objective, start, optimizer, stopping, seed, pace, displayName, labels } = run;
  const lean = (of: string, part: Part) => (all ? withoutDefaults(all, of, fromPart(part)) : fromPart(part));
  return {
    ...kEmptyDraft,
    ...(objective ? objectiveDraft(objective) : {}),
    start: pointTexts(start),
    optimizer: optimizer ? lean("optimizer", optimizer) : { kind: "gradient_descent" },
    stopping: stopping.map((rule) => lean("stopping rule", rule)).filter((rule) => !isSafeguard(rule) && !isPauseAtStart(rule)),
    seed: seed === undefined ? "" : String(seed),
    pace: writeNumber(pace),
    displayName,
    labels: labelTexts(labels),
  };
}

/** The address of the form with what is given: a run like this one, or some fields. */
export function newRunHref(like: Run | Partial<Draft>): string {
  // Fits have a form of their own, which asks for the run itself.
  if ("$typeName" in like && like.objective?.kind.case === "model") return href("fit", { run: like.name.replace("runs/", "") });
  const draft = "$typeName" in like ? draftOf(like) : { ...kEmptyDraft, ...like };
  const query = Object.entries(toQuery(draft)).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  return href("new", Object.fromEntries(query));
}
