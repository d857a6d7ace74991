// The form of a fit in an address: "#/fit?dataset=s01&target=y&model=logistic". No DOM.
import type { Model } from "../../../gen/thalweg/v1/model_pb";
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import type { Part } from "../../../gen/thalweg/v1/values_pb";
import { href } from "../../app/router";
import { writeNumber } from "../../parts/number_text";
import { readPart, readParts, writePart, writeParts } from "../../parts/part_text";
import { pointTexts, readTexts, writeTexts } from "../../parts/point_text";
import { withoutDefaults } from "../../parts/settings";
import { type Catalogue, catalogue } from "../../wire/catalogue";
import { fromPart, type PlainPart } from "../../wire/parts";
import { isSafeguard, labelTexts } from "../new_run/address";
import { type FitDraft, kEmptyFit, type Missing, type Scaling } from "./draft";
import { kMissing, kScalings } from "./request";

interface Key<Name extends keyof FitDraft> {
  key: string;
  write: (value: FitDraft[Name]) => string;
  read: (text: string) => FitDraft[Name];
}

const text = (key: string) => ({ key, write: (value: string) => value, read: (value: string) => value });
const flag = (key: string) => ({ key, write: (value: boolean) => (value ? "1" : ""), read: (value: string) => value === "1" });
const part = (key: string) => ({
  key,
  write: (value: PlainPart) => (value.kind === "" ? "" : writePart(value)),
  read: (value: string): PlainPart => (value === "" ? { kind: "" } : readPart(value)),
});
const parts = (key: string) => ({ key, write: writeParts, read: readParts });
function oneOf<Name extends string>(key: string, names: Record<Name, unknown>) {
  const read = (value: string): Name => {
    if (!(value in names)) throw new Error(`“${value}” is none of ${Object.keys(names).join(", ")}`);
    return value as Name;
  };
  return { key, write: (value: Name) => value as string, read };
}

const kKeys: { [Name in keyof FitDraft]: Key<Name> } = {
  dataset: text("dataset"),
  target: text("target"),
  features: {
    key: "features",
    write: (names) => names.map(encodeURIComponent).join(","),
    read: (value) => value.split(",").filter(Boolean).map(decodeURIComponent),
  },
  weights: text("weights"),
  model: part("model"),
  loss: part("loss"),
  penalty: part("penalty"),
  scaling: oneOf<Scaling>("scaling", kScalings),
  missing: oneOf<Missing>("missing", kMissing),
  validation: text("validation"),
  test: text("test"),
  splitSeed: text("deal"),
  inOrder: flag("inorder"),
  sum: flag("sum"),
  start: { key: "start", write: writeTexts, read: readTexts },
  batches: part("batches"),
  rivals: parts("against"),
  optimizers: parts("methods"),
  optimizer: part("optimizer"),
  stopping: parts("stop"),
  seed: text("seed"),
  pace: text("pace"),
  displayName: text("name"),
  labels: text("labels"),
};
const kNames = Object.keys(kKeys) as (keyof FitDraft)[];

/** The query of an address; undefined for what is as in an empty form. */
export function toQuery(draft: FitDraft): Record<string, string | undefined> {
  const written = <Name extends keyof FitDraft>(name: Name) => {
    const { key, write } = kKeys[name];
    const value = write(draft[name]);
    return [key, value === write(kEmptyFit[name]) ? undefined : value] as const;
  };
  return Object.fromEntries(kNames.map(written));
}

/** What a query says. What cannot be read is left out. */
export function fromQuery(query: URLSearchParams): FitDraft {
  const draft = { ...kEmptyFit };
  const put = <Name extends keyof FitDraft>(name: Name) => {
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

const nameOfValue = <Name extends string>(names: Record<Name, number>, value: number): Name | "" =>
  (Object.keys(names) as Name[]).find((name) => name !== "" && names[name] === value && value !== 0) ?? "";

/** The form that would make `run` again; with the catalogue, without what only spells defaults. */
export function draftOf(run: Run, model: Model, all: Catalogue | undefined = catalogue.value): FitDraft {
  const lean = (of: string, given: Part | undefined, otherwise: PlainPart): PlainPart => {
    if (!given) return otherwise;
    return all?.models ? withoutDefaults(all, of, fromPart(given)) : fromPart(given);
  };
  const { split } = model;
  const share = (value: number | undefined) => (value ? writeNumber(value) : "");
  return {
    ...kEmptyFit,
    dataset: model.dataset.replace("datasets/", ""),
    target: model.target,
    features: model.features,
    weights: model.weights,
    model: lean("model", model.model, kEmptyFit.model),
    loss: lean("loss", model.loss, kEmptyFit.loss),
    penalty: lean("penalty", model.penalty, kEmptyFit.penalty),
    scaling: nameOfValue(kScalings, model.scaling),
    missing: nameOfValue(kMissing, model.missing),
    validation: share(split?.validation),
    test: share(split?.test),
    splitSeed: split?.seed ? String(split.seed) : "",
    inOrder: split?.inOrder ?? false,
    sum: model.sum,
    start: pointTexts(run.start),
    batches: lean("batches", run.batches, kEmptyFit.batches),
    optimizer: lean("optimizer", run.optimizer, kEmptyFit.optimizer),
    stopping: run.stopping.map((rule) => lean("stopping rule", rule, { kind: rule.kind })).filter((rule) => !isSafeguard(rule)),
    seed: run.seed === undefined ? "" : String(run.seed),
    pace: run.pace > 0 ? writeNumber(run.pace) : "",
    displayName: run.displayName,
    labels: labelTexts(run.labels),
  };
}

/** The address of the form with some fields. */
export function fitHref(draft: Partial<FitDraft>): string {
  const query = Object.entries(toQuery({ ...kEmptyFit, ...draft }));
  return href("fit", Object.fromEntries(query.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]))));
}
