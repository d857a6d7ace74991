// From the form of a fit to the request: what is meant, and what is wrong with it before the server is asked. No DOM.
import { create } from "@bufbuild/protobuf";
import { FeatureScaling, MissingValues, type Model, ModelSchema } from "../../../gen/thalweg/v1/model_pb";
import { type Objective, ObjectiveSchema } from "../../../gen/thalweg/v1/objective_pb";
import { type Run, RunSchema } from "../../../gen/thalweg/v1/run_pb";
import { type Study, StudySchema } from "../../../gen/thalweg/v1/study_pb";
import { ArraySchema, type Point, PointSchema, SettingSchema } from "../../../gen/thalweg/v1/values_pb";
import { readArray, readNumber } from "../../parts/number_text";
import type { Texts } from "../../parts/point_text";
import { wrongs } from "../../parts/settings";
import { kMostCoordinates } from "../../trace/trace";
import type { Catalogue } from "../../wire/catalogue";
import { type PlainPart, toPart } from "../../wire/parts";
import type { Complaint } from "../../wire/problem";
import { labelsOf, type Read } from "../new_run/request";
import type { FitDraft, Missing, Scaling } from "./draft";

export const kScalings: Record<Scaling, FeatureScaling> = {
  "": FeatureScaling.UNSPECIFIED,
  none: FeatureScaling.NONE,
  standard: FeatureScaling.STANDARD,
  min_max: FeatureScaling.MIN_MAX,
  robust: FeatureScaling.ROBUST,
};
export const kMissing: Record<Missing, MissingValues> = {
  "": MissingValues.UNSPECIFIED,
  refuse: MissingValues.REFUSE,
  drop: MissingValues.DROP,
  fill: MissingValues.FILL,
};

const kMostShare = 0.9;
export const kModelField = "run.objective.model";

class Reading {
  readonly complaints: Complaint[] = [];
  add = (field: string, text: string): void => void this.complaints.push({ field, text });

  share(field: string, text: string): number {
    if (text.trim() === "") return 0;
    const value = readNumber(text);
    if (value !== undefined && value >= 0 && value <= kMostShare) return value;
    this.add(field, `“${text}” is not a share of the rows from 0 to ${kMostShare}`);
    return 0;
  }
  seed(field: string, text: string): bigint | undefined {
    if (text.trim() === "") return undefined;
    if (/^\d{1,20}$/.test(text.trim())) return BigInt(text.trim());
    this.add(field, `“${text}” is not a whole number from 0 to 2^64 - 1`);
    return undefined;
  }
}

/** Of the unknowns that were typed: each has the shape of its text. */
function startOf(texts: Texts, reading: Reading): Point | undefined {
  const values = Object.entries(texts).flatMap(([name, text]) => {
    if (text.trim() === "") return [];
    try {
      const { shape, values: numbers } = readArray(text);
      return [[name, create(ArraySchema, { shape: shape.map(BigInt), values: numbers })] as const];
    } catch (error) {
      reading.add(`run.start.values[${name}]`, (error as Error).message);
      return [];
    }
  });
  return values.length > 0 ? create(PointSchema, { values: Object.fromEntries(values) }) : undefined;
}

const given = (part: PlainPart) => (part.kind === "" ? undefined : toPart(part));

function modelWith(draft: FitDraft, reading: Reading): Model {
  const [model, loss, penalty] = [given(draft.model), given(draft.loss), given(draft.penalty)];
  const validation = reading.share(`${kModelField}.split.validation`, draft.validation);
  const test = reading.share(`${kModelField}.split.test`, draft.test);
  const seed = reading.seed(`${kModelField}.split.seed`, draft.splitSeed) ?? 0n;
  const split = validation > 0 || test > 0 ? { split: { validation, test, seed, inOrder: draft.inOrder } } : {};
  return create(ModelSchema, {
    dataset: draft.dataset ? `datasets/${draft.dataset}` : "",
    target: draft.target,
    features: draft.features,
    weights: draft.weights,
    ...(model ? { model } : {}),
    ...(loss ? { loss } : {}),
    ...(penalty ? { penalty } : {}),
    scaling: kScalings[draft.scaling],
    missing: kMissing[draft.missing],
    ...split,
    sum: draft.sum,
  });
}

/** The objective, without what cannot be read yet. */
export function objectiveOf(draft: FitDraft, reading = new Reading()): Objective {
  return create(ObjectiveSchema, { kind: { case: "model", value: modelWith(draft, reading) } });
}

const needsTarget = ({ model }: FitDraft): boolean => model.kind !== "formula";

export function toFit(draft: FitDraft, all: Catalogue | undefined): Read<Run> {
  const reading = new Reading();
  if (draft.dataset === "") reading.add(`${kModelField}.dataset`, "there is nothing to learn from yet: choose a table");
  else if (draft.target === "" && needsTarget(draft)) reading.add(`${kModelField}.target`, "choose the column that is to be predicted");
  const objective = objectiveOf(draft, reading);
  const pace = draft.pace.trim() === "" ? 0 : readNumber(draft.pace);
  if (pace === undefined) reading.add("run.pace", `“${draft.pace}” is not a number`);
  const seed = reading.seed("run.seed", draft.seed);
  const start = startOf(draft.start, reading);
  if (all?.models) {
    const check = (catalogue: string, part: PlainPart, at: string) => {
      if (part.kind === "") return;
      for (const { field, text } of wrongs(all, catalogue, part)) reading.add(`${at}.${field}`, text);
    };
    check("model", draft.model, `${kModelField}.model`);
    check("loss", draft.loss, `${kModelField}.loss`);
    check("penalty", draft.penalty, `${kModelField}.penalty`);
    check("batches", draft.batches, "run.batches");
    draft.rivals.forEach((part, i) => check("batches", part, rivalField(i)));
    check("optimizer", draft.optimizer, "run.optimizer");
    draft.optimizers.forEach((part, i) => check("optimizer", part, methodField(i)));
    draft.stopping.forEach((part, i) => check("stopping rule", part, `run.stopping[${i}]`));
  }
  const batches = given(draft.batches);
  const run = create(RunSchema, {
    objective,
    ...(start ? { start } : {}),
    optimizer: toPart(draft.optimizer),
    ...(batches ? { batches } : {}),
    stopping: draft.stopping.map(toPart),
    ...(seed === undefined ? {} : { seed }),
    pace: pace ?? 0,
    tracedCoordinates: BigInt(kMostCoordinates), // so that pictures can follow every step
    displayName: draft.displayName.trim(),
    labels: labelsOf(draft.labels, reading),
  });
  return { what: run, complaints: reading.complaints };
}

/** Where a study's complaints about the i-th rival are: the first arm is the run's own. */
export const rivalField = (i: number): string => `study.arms[${i + 1}].run.batches`;
export const methodField = (i: number): string => `study.arms[${i + 1}].run.optimizer`;

/** How many fits are compared; 1: none. */
export const armsOf = ({ rivals, optimizers }: FitDraft): number => (rivals.length + 1) * (optimizers.length + 1);

/** The same fit with other batches or optimizers, side by side. */
export function toComparison(draft: FitDraft, all: Catalogue | undefined): Read<Study> {
  const { what: run, complaints } = toFit(draft, all);
  const axis = (path: "batches" | "optimizer", parts: PlainPart[]) => {
    if (parts.length === 1) return [];
    run[path] = undefined;
    return [{ path, values: parts.map((part) => create(SettingSchema, { value: { case: "part", value: toPart(part) } })) }];
  };
  const vary = [...axis("batches", [draft.batches, ...draft.rivals]), ...axis("optimizer", [draft.optimizer, ...draft.optimizers])];
  return { what: create(StudySchema, { run, displayName: run.displayName, vary }), complaints };
}
