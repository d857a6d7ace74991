// A study that is being thought up: what the form holds beside the run's draft, and the request it makes.
import { create } from "@bufbuild/protobuf";
import { type CatalogEntry, type Option, OptionType } from "../../../gen/thalweg/v1/catalog_service_pb";
import {
  type Study,
  type StudyAxis,
  StudyAxisSchema,
  StudyScale,
  StudySchema,
} from "../../../gen/thalweg/v1/study_pb";
import { SettingSchema } from "../../../gen/thalweg/v1/values_pb";
import { readNumber } from "../../parts/number_text";
import { readPoint, type Shaped, type Texts } from "../../parts/point_text";
import type { Catalogue } from "../../wire/catalogue";
import { type PlainPart, toPart } from "../../wire/parts";
import type { Complaint } from "../../wire/problem";
import type { Draft } from "../new_run/draft";
import { type Read, toRun, variablesOf } from "../new_run/request";

export type Varies = "optimizer" | "setting" | "start";

export interface StudyDraft {
  varies: Varies;
  optimizers: PlainPart[];
  /** Name of an option of the draft's optimizer. */
  setting: string;
  from: string;
  to: string;
  count: string;
  logarithmic: boolean;
  starts: Texts[];
  repetitions: string;
  /** Evaluations of all runs together; "": none. */
  budget: string;
  halving: boolean;
  /** The best of so many go on after each rung. */
  eta: string;
}

export const kFirstStudy: StudyDraft = {
  varies: "optimizer",
  optimizers: [
    { kind: "gradient_descent", settings: { learning_rate: 0.001 } },
    { kind: "momentum", settings: { learning_rate: 0.001 } },
    { kind: "adam", settings: { learning_rate: 0.1 } },
    { kind: "lbfgs" },
  ],
  setting: "learning_rate",
  from: "0.0001",
  to: "0.1",
  count: "7",
  logarithmic: true,
  starts: [],
  repetitions: "",
  budget: "",
  halving: false,
  eta: "",
};

/** Options that a range of numbers suits. */
export const rangedOptions = (entry: CatalogEntry | undefined): Option[] =>
  (entry?.options ?? []).filter(({ type }) =>
    [OptionType.NUMBER, OptionType.INTEGER, OptionType.SCHEDULE].includes(type),
  );

/** A field's place in complaints, where the server names an arm's. */
export const optimizerField = (i: number): string => (i === 0 ? "run.optimizer" : `study.arms[${i}].run.optimizer`);

/** The i-th of a sequence in (0, 1) that fills it evenly (Halton 1960). */
export function halton(i: number, base: number): number {
  let share = 0;
  let digit = 1 / base;
  for (let rest = i; rest > 0; rest = Math.floor(rest / base)) {
    share += digit * (rest % base);
    digit /= base;
  }
  return share;
}

const kBases = [2, 3, 5, 7, 11, 13, 17, 19];

/** `count` points spread evenly over the box from `lower` to `upper`. */
export function spread(lower: number[], upper: number[], count: number): number[][] {
  return Array.from({ length: count }, (_, i) =>
    lower.map((low, k) => low + ((upper[k] ?? low) - low) * halton(i + 1, kBases[k % kBases.length] as number)),
  );
}

class Reading {
  readonly complaints: Complaint[] = [];

  /** A number; `otherwise` where nothing was typed. */
  number(field: string, text: string, otherwise: number): number {
    if (text.trim() === "") return otherwise;
    const value = readNumber(text);
    if (value === undefined || !Number.isFinite(value)) {
      this.complaints.push({ field, text: `“${text}” is not a number` });
      return otherwise;
    }
    return value;
  }

  /** A whole number; 0, the server's default, where nothing was typed. */
  whole(field: string, text: string, least: number): bigint {
    if (text.trim() === "") return 0n;
    const value = readNumber(text);
    if (value !== undefined && Number.isSafeInteger(value) && value >= least) return BigInt(value);
    this.complaints.push({ field, text: `expected a whole number of at least ${least}, got “${text}”` });
    return 0n;
  }
}

const kAxis = "study.vary[0]";

function axisOf(study: StudyDraft, variables: Shaped[], reading: Reading): StudyAxis {
  const { complaints } = reading;
  if (study.varies === "optimizer") {
    if (study.optimizers.length < 2) complaints.push({ field: kAxis, text: "a race needs two optimizers or more" });
    const values = study.optimizers.map((part) =>
      create(SettingSchema, { value: { case: "part", value: toPart(part) } }),
    );
    return create(StudyAxisSchema, { path: "optimizer", values });
  }
  if (study.varies === "start") {
    if (study.starts.length < 2) complaints.push({ field: kAxis, text: "give two starts or more" });
    const points = study.starts.map((texts, i) => {
      const { point, wrong } = readPoint(variables, texts);
      for (const [name, text] of Object.entries(wrong)) {
        complaints.push({ field: `${kAxis}.points[${i}].values[${name}]`, text });
      }
      for (const { name } of variables) {
        if (texts[name]?.trim()) continue;
        complaints.push({ field: `${kAxis}.points[${i}].values[${name}]`, text: "is missing" });
      }
      return point;
    });
    return create(StudyAxisSchema, { path: "start", points });
  }
  const required = (name: "from" | "to" | "count") => {
    if (study[name].trim() === "") complaints.push({ field: `${kAxis}.range.${name}`, text: "is missing" });
  };
  (["from", "to", "count"] as const).forEach(required);
  return create(StudyAxisSchema, {
    path: `optimizer.settings[${study.setting}]`,
    range: {
      from: reading.number(`${kAxis}.range.from`, study.from, 0),
      to: reading.number(`${kAxis}.range.to`, study.to, 0),
      count: reading.whole(`${kAxis}.range.count`, study.count, 1),
      scale: study.logarithmic ? StudyScale.LOGARITHMIC : StudyScale.LINEAR,
    },
  });
}

/** The study that the two drafts describe, and what is wrong with them as far as the form can tell. */
export function toStudy(draft: Draft, study: StudyDraft, all: Catalogue | undefined): Read<Study> {
  const { what: run, complaints } = toRun({ ...draft, rivals: [] }, all);
  const reading = new Reading();
  const axis = axisOf(study, variablesOf(draft, all), reading);
  const displayName = run.displayName;
  run.displayName = "";
  if (study.varies === "optimizer") run.optimizer = undefined;
  if (study.varies === "start") run.start = undefined;
  const halving = study.halving ? { halving: { eta: reading.whole("study.halving.eta", study.eta, 2) } } : {};
  if (study.halving && study.budget.trim() === "") {
    reading.complaints.push({ field: "study.budget", text: "halving shares out a budget: give one" });
  }
  const what = create(StudySchema, {
    displayName,
    run,
    vary: [axis],
    repetitions: reading.whole("study.repetitions", study.repetitions, 1),
    budget: reading.whole("study.budget", study.budget, 1),
    ...halving,
  });
  const own = study.varies === "optimizer" ? "run.optimizer" : study.varies === "start" ? "run.start" : undefined;
  const common = complaints.filter(({ field }) => own === undefined || !field.startsWith(own));
  return { what, complaints: [...common, ...reading.complaints] };
}
