// From the form to the request: what is meant, and what is wrong with it before the server is asked.
import { create } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import type { Function } from "../../../gen/thalweg/v1/catalog_service_pb";
import { Direction, type Objective, ObjectiveSchema } from "../../../gen/thalweg/v1/objective_pb";
import { type Run, RunSchema } from "../../../gen/thalweg/v1/run_pb";
import { type Study, StudySchema } from "../../../gen/thalweg/v1/study_pb";
import { type Array as Numbers, ArraySchema, type Point, SettingSchema } from "../../../gen/thalweg/v1/values_pb";
import { isWithin } from "../../parts/complaints";
import { readArray, readNumber } from "../../parts/number_text";
import { readPoint, type Shaped } from "../../parts/point_text";
import { wrongs } from "../../parts/settings";
import type { Catalogue } from "../../wire/catalogue";
import { toPart } from "../../wire/parts";
import type { Complaint, Problem } from "../../wire/problem";
import type { Draft } from "./draft";
import { readShape, unknownsOf } from "./names";

/** A descent this fast can be followed by eye. */
export const kWatchablePace = 10;
/** The start of an unknown for which nothing is given: at 0 many a gradient vanishes. */
const kStart = 1;

export const functionOf = (draft: Draft, all: Catalogue | undefined): Function | undefined =>
  draft.testFunction === "" ? undefined : all?.functions.find(({ name }) => name === draft.testFunction);

function shapeFromStart(text: string | undefined): number[] | undefined {
  if (!text) return undefined;
  try {
    const { shape } = readArray(text);
    return shape.length > 0 ? shape : undefined;
  } catch {
    return undefined;
  }
}

/** The unknowns as the form has them: named by the formula, shaped by what was said, the start, the formula. */
export function variablesOf(draft: Draft, all: Catalogue | undefined): Shaped[] {
  const wire = (shape: number[]) => shape.map(BigInt);
  if (draft.testFunction !== "") {
    const variables = functionOf(draft, all)?.variables ?? [];
    const dimension = readNumber(draft.dimension);
    const open = variables.length === 1 && dimension !== undefined && Number.isInteger(dimension) && dimension > 0;
    return open ? variables.map(({ name }) => ({ name, shape: wire([dimension]) })) : variables;
  }
  const language = new Set(all?.language.map(({ name }) => name) ?? []);
  const given = new Set(Object.keys(draft.parameters));
  return unknownsOf(draft.formula, language, given).map(({ name, shape }) => ({
    name,
    shape: wire(readShape(draft.shapes[name] ?? "") ?? shapeFromStart(draft.start[name]) ?? shape),
  }));
}

class Complaints {
  readonly all: Complaint[] = [];
  add(field: string, text: string): void {
    this.all.push({ field, text });
  }
  point(field: string, variables: Shaped[], texts: Draft["start"], infinite = false): Point {
    const { point, wrong } = readPoint(variables, texts, infinite);
    for (const [name, text] of Object.entries(wrong)) this.add(`${field}.values[${name}]`, text);
    return point;
  }
}

function parametersOf(draft: Draft, complaints: Complaints): Record<string, Numbers> {
  return Object.fromEntries(
    Object.entries(draft.parameters).flatMap(([name, text]) => {
      try {
        const { shape, values } = readArray(text);
        return [[name, create(ArraySchema, { shape: shape.map(BigInt), values })] as const];
      } catch (error) {
        complaints.add(`run.objective.parameters[${name}]`, (error as Error).message);
        return [];
      }
    }),
  );
}

function objectiveOf(draft: Draft, all: Catalogue | undefined, complaints: Complaints): Objective {
  const isFunction = draft.testFunction !== "";
  const variables = variablesOf(draft, all);
  const dimension = draft.dimension.trim() === "" ? 0 : readNumber(draft.dimension);
  if (isFunction && (dimension === undefined || !Number.isInteger(dimension) || dimension < 0)) {
    complaints.add("run.objective.dimension", `“${draft.dimension}” is not a whole number above 0`);
  }
  for (const [name, text] of Object.entries(draft.shapes)) {
    if (text.trim() !== "" && !readShape(text)) {
      complaints.add(`run.objective.variables[${name}]`, `“${text}” is no shape; give “number”, “3” or “2x3”`);
    }
  }
  const tolerance = draft.tolerance.trim() === "" ? 0 : readNumber(draft.tolerance);
  if (tolerance === undefined) complaints.add("run.objective.feasibility_tolerance", `“${draft.tolerance}” is not a number`);
  const lower = complaints.point("run.objective.lower", variables, draft.lower, true);
  const upper = complaints.point("run.objective.upper", variables, draft.upper, true);
  return create(ObjectiveSchema, {
    kind: isFunction ? { case: "function", value: draft.testFunction } : { case: "expression", value: draft.formula },
    variables: isFunction ? [] : variables,
    parameters: isFunction ? {} : parametersOf(draft, complaints),
    dimension: isFunction ? BigInt(Number.isInteger(dimension) ? (dimension as number) : 0) : 0n,
    direction: draft.maximise ? Direction.MAXIMIZE : Direction.MINIMIZE,
    ...(Object.keys(lower.values).length > 0 ? { lower } : {}),
    ...(Object.keys(upper.values).length > 0 ? { upper } : {}),
    constraints: draft.constraints.filter((each) => each.trim() !== "").map((expression) => ({ expression })),
    feasibilityTolerance: tolerance ?? 0,
  });
}

/** What CompileObjective is asked while the form is filled in: what cannot be read yet is left out. */
export const previewObjective = (draft: Draft, all: Catalogue | undefined): Objective =>
  objectiveOf(draft, all, new Complaints());

/**
 * Where the run begins: what was typed; else the usual start of a test function; else 1. undefined: a test
 * function in another dimension begins where the server says.
 */
export function startOf(draft: Draft, all: Catalogue | undefined): Point | undefined {
  return startWith(draft, all, new Complaints());
}

function startWith(draft: Draft, all: Catalogue | undefined, complaints: Complaints): Point | undefined {
  const variables = variablesOf(draft, all);
  const point = complaints.point("run.start", variables, draft.start);
  const usual = functionOf(draft, all);
  const usualDimension = usual && (draft.dimension.trim() === "" || variables[0]?.shape[0] === usual.variables[0]?.shape[0]);
  const typed = Object.keys(point.values).length > 0;
  if (usual && !typed && !usualDimension) return undefined;
  for (const { name, shape } of variables) {
    if (point.values[name]) continue;
    const size = shape.reduce((product, length) => product * Number(length), 1);
    const values = (usualDimension && usual.start?.values[name]?.values) || Array.from({ length: size }, () => kStart);
    point.values[name] = create(ArraySchema, { shape, values });
  }
  return point;
}

/** Iterations a second; 0: as fast as can be. */
export function paceOf(draft: Draft, size: number): number {
  if (draft.pace === "") return size <= 2 ? kWatchablePace : 0;
  return readNumber(draft.pace) ?? kWatchablePace;
}

/** "a=1, b=2". */
export function labelsOf(text: string, complaints: Pick<Complaints, "add">): Record<string, string> {
  const pieces = text.split(",").map((piece) => piece.trim()).filter(Boolean);
  return Object.fromEntries(
    pieces.map((piece) => {
      const at = piece.indexOf("=");
      if (at <= 0) complaints.add("run.labels", `“${piece}”: a label is written key=value`);
      return [piece.slice(0, at).trim(), piece.slice(at + 1).trim()];
    }),
  );
}

export interface Read<What> {
  what: What;
  complaints: Complaint[];
}

export function toRun(draft: Draft, all: Catalogue | undefined): Read<Run> {
  const complaints = new Complaints();
  if (draft.testFunction === "" && draft.formula.trim() === "") {
    complaints.add("run.objective.expression", "there is nothing to descend yet: type a formula");
  }
  const objective = objectiveOf(draft, all, complaints);
  const start = startWith(draft, all, complaints);
  const size = variablesOf(draft, all).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * Number(b), 1), 0);
  const isPace = draft.pace.trim() === "" || readNumber(draft.pace) !== undefined;
  if (!isPace) complaints.add("run.pace", `“${draft.pace}” is not a number`);
  const isSeed = /^\d{0,20}$/.test(draft.seed.trim());
  if (!isSeed) complaints.add("run.seed", `“${draft.seed}” is not a whole number from 0 to 2^64 - 1`);
  if (all) {
    const check = (catalogue: string, part: Draft["optimizer"], at: string) => {
      for (const { field, text } of wrongs(all, catalogue, part)) complaints.add(`${at}.${field}`, text);
    };
    check("optimizer", draft.optimizer, "run.optimizer");
    draft.rivals.forEach((part, i) => check("optimizer", part, rivalField(i)));
    draft.stopping.forEach((part, i) => check("stopping rule", part, `run.stopping[${i}]`));
  }
  const run = create(RunSchema, {
    objective,
    ...(start ? { start } : {}),
    optimizer: toPart(draft.optimizer),
    stopping: draft.stopping.map(toPart),
    ...(isSeed && draft.seed.trim() !== "" ? { seed: BigInt(draft.seed.trim()) } : {}),
    pace: paceOf(draft, size),
    displayName: draft.displayName.trim(),
    labels: labelsOf(draft.labels, complaints),
  });
  return { what: run, complaints: complaints.all };
}

/** Where a study's complaints about the i-th rival are: the first arm is the run's own optimizer. */
export const rivalField = (i: number): string => `study.arms[${i + 1}].run.optimizer`;

/** A race of the optimizer with its rivals. */
export function toRace(draft: Draft, all: Catalogue | undefined): Read<Study> {
  const { what: run, complaints } = toRun(draft, all);
  const values = [draft.optimizer, ...draft.rivals].map((part) =>
    create(SettingSchema, { value: { case: "part", value: toPart(part) } }),
  );
  run.optimizer = undefined;
  return {
    what: create(StudySchema, { run, displayName: run.displayName, vary: [{ path: "optimizer", values }] }),
    complaints,
  };
}

/** What `problem` says, and what `other` says of other fields. */
export const together = (problem: Problem, other: Problem): Problem => {
  const said = (field: string) =>
    problem.complaints.some((mine) => isWithin(mine.field, field) || isWithin(field, mine.field));
  return { ...problem, complaints: [...problem.complaints, ...other.complaints.filter(({ field }) => !said(field))] };
};

/** The complaints of a form as if the server had made them. */
export const localProblem = (complaints: Complaint[]): Problem => ({
  code: Code.InvalidArgument,
  reason: "",
  text: "Something is not filled in right.",
  complaints,
  passing: false,
});

/** A study says of its run what CreateRun says of a run: under one name. */
export function asRunProblem(problem: Problem): Problem {
  const renamed = (field: string) =>
    field.replace(/^study\.run\b/, "run").replace(/^study\.arms\[0\]\.run\b/, "run").replace(/^objective\b/, "run.objective");
  return { ...problem, complaints: problem.complaints.map((each) => ({ ...each, field: renamed(each.field) })) };
}
