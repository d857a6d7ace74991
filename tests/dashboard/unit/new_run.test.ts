// The form of a new run: its address, the unknowns it guesses, where errors stand, what it asks the server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { FunctionSchema, LanguageFunctionSchema } from "../../../client/web/gen/thalweg/v1/catalog_service_pb";
import { Degree, CompileObjectiveResponseSchema } from "../../../client/web/gen/thalweg/v1/objective_service_pb";
import { RunSchema } from "../../../client/web/gen/thalweg/v1/run_pb";
import { parse } from "../../../client/web/src/app/router";
import { draftOf, fromQuery, newRunHref, toQuery } from "../../../client/web/src/views/new_run/address";
import { type Draft, kEmptyDraft, kFirstDraft } from "../../../client/web/src/views/new_run/draft";
import { pieces, spanAt } from "../../../client/web/src/views/new_run/error_place";
import { errorMarks, findingMarks, otherFindings } from "../../../client/web/src/views/new_run/marks";
import { readShape, unknownsOf } from "../../../client/web/src/views/new_run/names";
import { asRunProblem, localProblem, paceOf, together, toRace, toRun } from "../../../client/web/src/views/new_run/request";
import { structureWords } from "../../../client/web/src/views/new_run/structure_words";
import type { Catalogue } from "../../../client/web/src/wire/catalogue";
import { toPart } from "../../../client/web/src/wire/parts";

const language = ["exp", "log", "norm", "sum"].map((name) => create(LanguageFunctionSchema, { name }));
const one = (values: number[], shape: bigint[] = []) => ({ values: { x: { shape, values } } });
const bowl = create(FunctionSchema, {
  name: "sphere",
  variables: [{ name: "x", shape: [2n] }],
  leastDimension: 1n,
  start: one([3, 3], [2n]),
});
const all: Catalogue = {
  optimizers: [],
  schedules: [],
  stoppingRules: [],
  lineSearches: [],
  functions: [bowl],
  language,
  settings: {},
  version: "",
};
const named = new Set(language.map(({ name }) => name));
const unknowns = (formula: string, ...given: string[]) =>
  Object.fromEntries(unknownsOf(formula, named, new Set(given)).map(({ name, shape }) => [name, shape.join("x")]));
const full: Draft = {
  ...kEmptyDraft,
  formula: "sum((A @ x - b)**2) # a + b & c = d?",
  maximise: true,
  parameters: { A: "1, 2; 3, 4", b: "1, 2" },
  shapes: { x: "2" },
  start: { x: "0.5, -1" },
  lower: { x: "-inf, 0" },
  upper: { x: "5, 5" },
  constraints: ["x[0] <= 1", "sum(x) == 2"],
  tolerance: "0.001",
  optimizer: { kind: "adam", settings: { learning_rate: { kind: "cosine", settings: { initial: 0.1, steps: 50 } } } },
  rivals: [{ kind: "bfgs" }, { kind: "momentum", settings: { momentum: 0.5 } }],
  stopping: [{ kind: "iterations", settings: { threshold: 100 } }],
  seed: "18446744073709551615",
  pace: "2.5",
  displayName: "A, B & C",
  labels: "a=1, b=2",
};

test("A form comes back from its address as it was", () => {
  for (const draft of [full, kEmptyDraft, kFirstDraft, { ...kEmptyDraft, testFunction: "sphere", dimension: "3" }]) {
    assert.deepEqual(fromQuery(parse(newRunHref(draft)).query), draft);
  }
});

test("An address holds no more than what differs from an empty form", () => {
  assert.equal(newRunHref({ formula: "x**2", start: { x: "1" } }), "#/new?f=x**2&start=x%3D1");
  assert.equal(toQuery(kEmptyDraft)["optimizer"], undefined);
});

test("An empty address shows the example, and a mistyped part leaves the rest", () => {
  assert.deepEqual(fromQuery(new URLSearchParams("")), kFirstDraft);
  const read = fromQuery(new URLSearchParams("f=x**2&optimizer=adam(&pace=3"));
  assert.deepEqual([read.formula, read.optimizer, read.pace], ["x**2", kEmptyDraft.optimizer, "3"]);
});

test("A run like another has the same objective, start, method and limits", () => {
  const { what: run } = toRun(full, all);
  assert.deepEqual(draftOf(run), { ...full, rivals: [] });
  const ranged = create(RunSchema, {
    objective: { kind: { case: "expression", value: "x" }, constraints: [{ expression: "x", lower: 1, upper: 2 }] },
    optimizer: toPart({ kind: "adam" }),
  });
  assert.deepEqual(draftOf(ranged).constraints, ["x >= 1", "x <= 2"]);
});

test("Unknowns are the names that nothing else explains", () => {
  assert.deepEqual(unknowns("(x-2.5)**2 - 1"), { x: "" });
  assert.deepEqual(unknowns("a*exp(-x) + np.log(y) + 2*pi", "a"), { x: "", y: "" });
  assert.deepEqual(Object.keys(unknowns("(y - x**2)**2")), ["x", "y"]);
  assert.deepEqual(unknowns("r = x - 1  # not y\nr**2 + z"), { x: "", z: "" });
  assert.deepEqual(unknowns("def f(t): return t**2\nf(x)"), { x: "" });
  assert.deepEqual(unknowns("g = lambda t, s: t*s\ng(x, 1e3)"), { x: "" });
  assert.deepEqual(unknowns("(x\n + y)**2 if x > 0 else 0"), { x: "", y: "" });
  assert.deepEqual(unknowns("sum(A, axis=0)", "A"), {});
});

test("Shapes are guessed from indices, products and reductions", () => {
  assert.deepEqual(unknowns("x[0]**2 + x[3]"), { x: "4" });
  assert.deepEqual(unknowns("W[1, 2] + W[0, 0]"), { W: "2x3" });
  assert.deepEqual(unknowns("sum(x**2) + y"), { x: "2", y: "" });
  assert.deepEqual(unknowns("mean((X @ w - y)**2)", "X", "y"), { w: "2" });
  assert.deepEqual(unknowns("sum((x[i] - c)**2 for i in range(n))"), { x: "2", c: "" });
  assert.deepEqual(unknowns("r = x - c\nsum(r**2)", "c"), { x: "2" });
  assert.deepEqual(unknowns("max(x, y)"), { x: "", y: "" });
  assert.deepEqual([readShape("number"), readShape("3"), readShape("2 x 3"), readShape("0"), readShape("x")], [
    [],
    [3],
    [2, 3],
    undefined,
    undefined,
  ]);
});

test("No formula, however odd, stops the guessing", () => {
  for (const text of ["", ")))", "((((", "x[", "for in", "=", "x[1,,]", "\u{1F600}", "[[[[x]]]", "def", "def f", "lambda"]) {
    assert.doesNotThrow(() => unknowns(text), text);
  }
});

test("An error marks the word at its line and column, counted in bytes", () => {
  const text = "a = 1\nx**2 + lgo(y)";
  const { from, to } = spanAt(text, 2, 8);
  assert.equal(text.slice(from, to), "lgo");
  const accented = spanAt("é + lgo", 1, 6);
  assert.equal("é + lgo".slice(accented.from, accented.to), "lgo");
  assert.deepEqual(spanAt("x +", 1, 4), { from: 3, to: 4 });
  assert.deepEqual(spanAt("x", 99, 99), { from: 1, to: 2 });
});

test("Marked pieces spell the formula, with a space where something is missing at the end", () => {
  const marks = errorMarks("x + lgo(y) +", [
    { field: "f", text: "line 1, column 5: unknown\n  x", line: 1, column: 5 },
    { field: "f", text: "line 1, column 13: unexpected end", line: 1, column: 13 },
  ]);
  assert.deepEqual(marks.map(({ text }) => text), ["line 1, column 5: unknown", "line 1, column 13: unexpected end"]);
  const cut = pieces("x + lgo(y) +", marks);
  assert.deepEqual(cut, [
    { text: "x + " },
    { text: "lgo", kind: "error" },
    { text: "(y) +" },
    { text: " ", kind: "error" },
  ]);
  const before = pieces("x +\ny", [{ from: 3, to: 4, kind: "error" }]);
  assert.deepEqual(before, [{ text: "x +" }, { text: " ", kind: "error" }, { text: "\ny" }]);
});

test("Findings stand at their place where they say one", () => {
  const findings = ["line 1, column 1: 'log(x)' needs x > 0", "variable 'y' is not used"];
  assert.deepEqual(findingMarks("log(x)", findings).map(({ from, to, kind }) => [from, to, kind]), [[0, 3, "finding"]]);
  assert.deepEqual(otherFindings(findings), ["variable 'y' is not used"]);
});

test("A request names unknowns with their shapes, and begins at 1 where nothing is said", () => {
  const { what: run, complaints } = toRun({ ...kEmptyDraft, formula: "x**2 + sum(v**2)", start: { v: "1, 2, 3" } }, undefined);
  assert.deepEqual(complaints, []);
  assert.deepEqual(run.objective?.variables.map(({ name, shape }) => [name, ...shape]), [["v", 3n], ["x"]]);
  assert.deepEqual([run.start?.values["x"]?.values, run.start?.values["v"]?.values], [[1], [1, 2, 3]]);
});

test("A test function begins where it usually does; in another dimension the server knows where", () => {
  const at = (draft: Partial<Draft>) => toRun({ ...kEmptyDraft, testFunction: "sphere", ...draft }, all).what;
  assert.deepEqual(at({}).start?.values["x"]?.values, [3, 3]);
  assert.equal(at({ dimension: "5" }).start, undefined);
  assert.equal(at({ dimension: "5" }).objective?.dimension, 5n);
  assert.deepEqual(at({ dimension: "3", start: { x: "1" } }).start?.values["x"]?.values, [1, 1, 1]);
});

test("What is not filled in right is said at its field", () => {
  const fields = (draft: Partial<Draft>) => toRun({ ...kEmptyDraft, formula: "x**2", ...draft }, undefined).complaints.map(({ field }) => field);
  assert.deepEqual(fields({}), []);
  assert.deepEqual(fields({ formula: " " }), ["run.objective.expression"]);
  assert.deepEqual(fields({ start: { x: "1, 2" }, shapes: { x: "number" } }), ["run.start.values[x]"]);
  assert.deepEqual(fields({ seed: "-1", pace: "fast", labels: "abc" }), ["run.pace", "run.seed", "run.labels"]);
  assert.deepEqual(fields({ formula: "a*x", parameters: { a: "one" } }), ["run.objective.parameters[a]"]);
});

test("One or two unknowns are descended at a pace to be watched, more as fast as can be", () => {
  assert.deepEqual([paceOf(kEmptyDraft, 2), paceOf(kEmptyDraft, 3), paceOf({ ...kEmptyDraft, pace: "0" }, 1)], [10, 0, 0]);
});

test("A race varies the optimizer: the run's own first, then its rivals", () => {
  const { what: study } = toRace(full, all);
  assert.equal(study.run?.optimizer, undefined);
  const kinds = study.vary[0]?.values.map(({ value }) => (value.case === "part" ? value.value.kind : ""));
  assert.deepEqual(kinds, ["adam", "bfgs", "momentum"]);
  const problem = { code: 3, reason: "", text: "", passing: false };
  const fields = ["study.run.start", "study.arms[0].run.optimizer", "study.arms[1].run.optimizer", "objective.expression"];
  assert.deepEqual(
    asRunProblem({ ...problem, complaints: fields.map((field) => ({ field, text: "" })) }).complaints.map(({ field }) => field),
    ["run.start", "run.optimizer", "study.arms[1].run.optimizer", "run.objective.expression"],
  );
});

test("Of two problems each field's first complaint counts", () => {
  const at = (...fields: string[]) => localProblem(fields.map((field) => ({ field, text: field })));
  const both = together(at("run.seed", "run.start.values[x]"), at("run.start", "run.optimizer"));
  assert.deepEqual(both.complaints.map(({ field }) => field), ["run.seed", "run.start.values[x]", "run.optimizer"]);
});

test("What a formula shows is said in sentences", () => {
  const words = (structure: object) => structureWords(create(CompileObjectiveResponseSchema, { structure })).join(" ");
  assert.match(words({ degree: Degree.QUADRATIC, residuals: 3n }), /^Quadratic.*A sum of 3 squares.*Smooth/);
  assert.match(words({ kinks: ["abs(x)"] }), /kink or a jump at abs\(x\)/);
  assert.deepEqual(structureWords(create(CompileObjectiveResponseSchema)), []);
});
